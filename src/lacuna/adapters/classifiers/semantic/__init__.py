"""The embedding layer: what a text is about, where it holds no identifier and no listed term."""
