"""Pure rules and data: no I/O, no clock, no randomness. Imports nothing of Marquee outside itself."""
