"""Back ends of `lacuna.ports.sources.Source`."""
