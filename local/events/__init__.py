"""Triggers other than requests (streams, timers, mail events), and the queue of failed records."""
