"""Domain <-> bytes of other people's formats. Pure: bytes in, records out."""
