"""Tests of the local runner, over real sockets on loopback."""
