"""The whole product in one process on one machine: `python -m local`.

Everything AWS does around the code in `chalicelib/` has a small stand-in here: gateway, sockets, database, streams,
timers, mail and (in `stripe_double/`) Stripe. The product never imports this package and is never packaged with it.
"""
