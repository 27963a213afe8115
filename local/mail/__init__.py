"""Amazon SES on one machine."""
