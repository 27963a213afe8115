"""One message to many, in steps."""
