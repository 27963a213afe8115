"""Orders, charges, attendees, totals and ledger for staff."""
