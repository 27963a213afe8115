"""Entry points that are not HTTP: sockets, streams, timers. Called by app.py."""
