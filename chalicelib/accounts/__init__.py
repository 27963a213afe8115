"""Sign-up, sign-in, authorisation, and who holds which role."""
