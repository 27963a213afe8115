"""Lists of orders, charges and attendees, sales totals and the ledger, for staff."""
