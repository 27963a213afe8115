"""The structure holds: sizes, late imports, the tree, documents equal to code."""
