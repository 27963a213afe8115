"""What Chalice sends to Lambda: the layer of dependencies, and the application's code."""
