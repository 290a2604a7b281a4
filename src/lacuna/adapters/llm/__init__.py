"""Back ends of the text generation port."""
