"""P8: the time of an announcement to 10,000 people, from its write until it is in every inbox, every mail is queued and
the stream is empty; and the memory of the worker.

Database and stream loop run in a separate process: `python -m bench.live.announcement PEOPLE` prints JSON.
"""

import json
import subprocess
import sys
from typing import Any

PEOPLE = 10_000


def measure(*, people: int) -> dict[str, Any]:
    """Returns the seconds for 10,000 people, extrapolated when there were fewer, and the worker's peak memory in MB."""
    command = [sys.executable, "-m", "bench.live.announcement", str(people)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    assert told["counts"] == [people, people, people], told
    return {"people": people, "seconds": told["seconds"] * PEOPLE / people, "peak_mb": told["peak_kb"] / 1024}


def main() -> None:
    """Sends one announcement and prints the figures as JSON."""
    from local.dynamodb.database_server import running_database
    from tests.harness import environment

    with running_database() as database:
        environment.prepare(database)
        from chalicelib import bootstrap
        from chalicelib.aws import dynamo_tables as tables
        from tests.harness import announcing
        from tests.harness.worker import Worker

        tables.create_missing()
        services = bootstrap.services()
        announcing.announce(services, int(sys.argv[1]))
        delivery = announcing.carry_out(database, Worker(str(database)))
        found = services.announcements.store.load(announcing.EVENT, announcing.ID)
        assert found is not None
        counts = (found.counts.recipients, found.counts.delivered, found.counts.mailed)
        print(json.dumps({**delivery._asdict(), "counts": list(counts)}))
        services.aws.dynamodb.close()


if __name__ == "__main__":
    main()
