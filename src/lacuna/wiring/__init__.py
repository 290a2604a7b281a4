"""From settings to an application: the only place where ports meet back ends."""
