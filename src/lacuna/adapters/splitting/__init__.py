"""Questions derived from others, without what must stay in the house."""
