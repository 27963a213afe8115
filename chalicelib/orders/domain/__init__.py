"""Rules and data of orders: no I/O, no clock."""
