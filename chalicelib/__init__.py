"""Marquee: everything that runs in Lambda. The tree is explained in docs/architecture.md."""
