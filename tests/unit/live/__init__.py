"""The socket protocol."""
