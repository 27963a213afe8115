"""Builds the two zip files that Chalice uploads to Lambda: the layer of dependencies, and the application's code."""
