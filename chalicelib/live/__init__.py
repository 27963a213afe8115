"""The socket protocol without sockets: frames in, frames out."""
