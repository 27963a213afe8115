"""Properties that all tables share."""

import subprocess
import sys
from pathlib import Path

from local.dynamodb.database_server import DatabaseEndpoint

ROOT = Path(__file__).resolve().parents[3]
FRESH = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from botocore.session import Session

from tests.harness import environment

environment.prepare(sys.argv[1])
from chalicelib.aws.dynamo_tables import TABLES

made, create = [], Session.create_client


def counted(self, name, *arguments, **more):
    made.append(name)
    return create(self, name, *arguments, **more)


Session.create_client = counted
together = threading.Barrier(3 * len(TABLES))


def look(table):
    together.wait()
    assert table.exists()


with ThreadPoolExecutor(3 * len(TABLES)) as threads:
    list(threads.map(look, TABLES * 3))
print(*made)
"""
"""A process whose first requests come from many threads and models at once. Prints how many clients it created."""


def test_connect_by_many_models_and_threads_at_once_makes_one_client(database_endpoint: DatabaseEndpoint) -> None:
    command = [sys.executable, "-c", FRESH, str(database_endpoint)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "dynamodb\n", "")
