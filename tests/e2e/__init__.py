"""The running product over HTTP and WebSocket, kills included, and in Chromium."""
