"""Sockets: who is connected, who watches which event, and what is pushed to them."""
