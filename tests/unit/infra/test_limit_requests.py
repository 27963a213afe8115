"""The limit on the stage of the REST API."""

from typing import Any

import pytest

from infra.deploy import limit_requests


class FakeApiGateway:
    """A fake API Gateway with one API and stage, which accepts the documented patches for limits of all methods.

    Source: docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
    """

    def __init__(self) -> None:
        self.settings: dict[str, dict[str, Any]] = {}
        self.patches = 0

    def get_stage(self, restApiId: str, stageName: str) -> dict[str, Any]:
        assert (restApiId, stageName) == ("api1", "api")
        return {"stageName": stageName, **({"methodSettings": self.settings} if self.settings else {})}

    def update_stage(self, restApiId: str, stageName: str, patchOperations: list[dict[str, str]]) -> None:
        assert (restApiId, stageName) == ("api1", "api")
        entry = self.settings.setdefault("*/*", {"throttlingRateLimit": 10_000.0, "throttlingBurstLimit": 5_000})
        self.patches += 1
        for one in patchOperations:
            assert one["op"] == "replace"
            name, kind = {
                "/*/*/throttling/rateLimit": ("throttlingRateLimit", float),
                "/*/*/throttling/burstLimit": ("throttlingBurstLimit", int),
            }[one["path"]]
            entry[name] = kind(one["value"])

    @property
    def limit(self) -> tuple[float, int]:
        entry = self.settings["*/*"]
        return entry["throttlingRateLimit"], entry["throttlingBurstLimit"]


def test_apply_limits_every_method_once() -> None:
    fake = FakeApiGateway()
    assert limit_requests.apply(fake, "api1", per_second=500) is True
    assert fake.limit == (500.0, 250)
    assert limit_requests.apply(fake, "api1", per_second=500) is False
    assert fake.patches == 1


@pytest.mark.parametrize(
    ("per_second", "expected"), [(6000, (6000.0, 3000)), (1_000_000, (1_000_000.0, 500_000)), (1, (1.0, 1))]
)
def test_apply_follows_the_settings(per_second: int, expected: tuple[float, int]) -> None:
    fake = FakeApiGateway()
    limit_requests.apply(fake, "api1", per_second=500)
    assert limit_requests.apply(fake, "api1", per_second=per_second) is True
    assert fake.limit == expected


def test_apply_mends_what_somebody_changed_by_hand() -> None:
    fake = FakeApiGateway()
    limit_requests.apply(fake, "api1", per_second=500)
    fake.settings["*/*"]["throttlingRateLimit"] = 10_000.0
    assert limit_requests.apply(fake, "api1", per_second=500) is True
    assert fake.limit == (500.0, 250)
