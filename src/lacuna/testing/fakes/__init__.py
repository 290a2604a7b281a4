"""Stand-ins that keep the whole contract of their port."""
