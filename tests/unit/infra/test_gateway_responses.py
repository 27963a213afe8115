"""Responses of the gateway itself."""

import json
from typing import Any

from infra.deploy import gateway_responses


class FakeApiGateway:
    """A fake API Gateway with one API. `overwrite` resets it as a deploy by Chalice does."""

    def __init__(self) -> None:
        self.responses: dict[str, dict[str, Any]] = {}
        self.deployed = 0

    def overwrite(self) -> None:
        self.responses.clear()

    def get_gateway_responses(self, restApiId: str) -> dict[str, Any]:
        default = {"responseType": "DEFAULT_4XX", "defaultResponse": True, "responseTemplates": {}}
        return {"items": list(({"DEFAULT_4XX": default} | self.responses).values())}

    def put_gateway_response(self, restApiId: str, responseType: str, **settings: Any) -> None:
        self.responses[responseType] = {"responseType": responseType, **settings}

    def create_deployment(self, restApiId: str, stageName: str) -> None:
        assert stageName == "api"
        self.deployed += 1


def test_apply_makes_every_answer_a_problem_document_and_deploys_once() -> None:
    fake = FakeApiGateway()
    assert gateway_responses.apply(fake, "api1") is True
    assert fake.responses["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert set(fake.responses) >= {"DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE"}
    for one in fake.responses.values():
        document = json.loads(one["responseTemplates"]["application/json"])
        assert {"type", "title", "detail", "code", "request_id"} <= set(document)
        kind = one["responseParameters"]["gatewayresponse.header.Content-Type"]
        assert kind == "'application/problem+json'"
    assert gateway_responses.apply(fake, "api1") is False
    assert fake.deployed == 1


def test_apply_after_a_deploy_that_dropped_them_sets_them_again() -> None:
    fake = FakeApiGateway()
    gateway_responses.apply(fake, "api1")
    fake.overwrite()
    assert gateway_responses.apply(fake, "api1") is True
    assert fake.deployed == 2
