"""A small shop: sample code that fails in the ways real applications fail."""
