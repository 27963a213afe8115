"""The read path: representations are made when data changes, stored, and read with their tag."""
