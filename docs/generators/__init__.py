"""Generators of documents and parts of documents from the code, one module per document. Called by docs/generate.py."""
