"""Connected accounts and the platform's fees."""
