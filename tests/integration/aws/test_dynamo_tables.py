"""What the tables share."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.dynamodb.database_server import DatabaseEndpoint

MODELS = 8


def test_connect_by_many_models_and_threads_at_once_makes_one_client(
    database_endpoint: DatabaseEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.aws import dynamo_tables as tables

    monkeypatch.setattr(tables, "_client", None)
    body = {"Meta": tables._meta("content"), "__module__": __name__}
    models = [type(f"Model{number}", (tables.BaseTable,), dict(body)) for number in range(MODELS)]
    together = threading.Barrier(MODELS * 2)

    def client(model: type[tables.BaseTable]) -> int:
        together.wait()
        return id(model._get_connection().connection.client)

    with ThreadPoolExecutor(MODELS * 2) as threads:
        assert len(set(threads.map(client, models * 2))) == 1
