"""One suite for each port: what every implementation, fake or real, is held to."""
