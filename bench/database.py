"""Runs the local database in a separate process, so that its CPU time is not measured: `python -m bench.database`
prints its URL and serves until its standard input ends.
"""

import sys
from contextlib import suppress

from local.dynamodb.database_server import running_database

if __name__ == "__main__":
    with suppress(KeyboardInterrupt), running_database() as url:
        print(url, flush=True)
        sys.stdin.read()
