"""What generates documents and parts of them from the code, one module a document. Called by docs/generate.py."""
