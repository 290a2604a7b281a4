"""Back ends of the cache port."""
