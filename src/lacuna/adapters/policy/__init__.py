"""Back ends of the policy port."""
