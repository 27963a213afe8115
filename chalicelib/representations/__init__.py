"""The read path: what clients get is made when data changes, kept, and read under its tag."""
