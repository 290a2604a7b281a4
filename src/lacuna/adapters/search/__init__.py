"""Back ends of the web search port."""
