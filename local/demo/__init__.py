"""The demo conference, and tours of the product over HTTP."""
