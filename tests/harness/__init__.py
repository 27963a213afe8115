"""Code that several levels share: the environment, clients in the same process, builders, fakes."""
