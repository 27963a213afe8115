"""The local runner, over real sockets on loopback."""
