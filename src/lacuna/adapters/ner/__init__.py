"""Named-entity recognisers. Each needs a package that Lacuna does not install by itself."""
