"""Events and their tracks, rooms, speakers, sessions, sponsors."""
