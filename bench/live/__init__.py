"""P8 and P12: pushes, announcements, mails."""
