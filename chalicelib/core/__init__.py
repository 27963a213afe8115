"""What every context uses: errors, ids, money, time, text, validation. A closed list; it imports no other folder."""
