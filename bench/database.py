"""The local database in a process of its own, so that its CPU is not counted: `python -m bench.database` prints its URL
and serves until its input ends.
"""

import sys
from contextlib import suppress

from local.dynamodb.database_server import running_database

if __name__ == "__main__":
    with suppress(KeyboardInterrupt), running_database() as url:
        print(url, flush=True)
        sys.stdin.read()
