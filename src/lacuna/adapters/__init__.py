"""Back ends: one folder for each port, one file for each product."""
