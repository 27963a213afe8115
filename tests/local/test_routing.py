"""Routing of paths to resources, where API Gateway differs from a general router."""

import pytest

from local.gateway.routing import Router, UndecodablePath

ROUTER = Router(["/v1/talks/{id}", "/v1/talks/mine", "/v1/{kind}/mine/notes", "/v1/talks/{id}/notes"])


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/v1/talks/mine", "/v1/talks/mine", {}),
        ("/v1/t%61lks/mine", "/v1/talks/mine", {}),
        ("/v1/talks/a%2Fb", "/v1/talks/{id}", {"id": "a/b"}),
        ("/v1/talks/%C3%A9%0A", "/v1/talks/{id}", {"id": "é\n"}),
        ("/v1/talks/mine/notes", "/v1/talks/{id}/notes", {"id": "mine"}),
        ("/v1/rooms/mine/notes", "/v1/{kind}/mine/notes", {"kind": "rooms"}),
    ],
)
def test_match_path_prefers_fixed_segments_and_decodes_each(path: str, resource: str, parameters: dict) -> None:
    match = ROUTER.match(path)
    assert match is not None
    assert (match.resource, match.parameters) == (resource, parameters)


@pytest.mark.parametrize("path", ["/v1/talks/", "/v1//talks/mine", "/v1/talks/a/b", "/v1/talks", ""])
def test_match_path_that_no_resource_has_finds_nothing(path: str) -> None:
    assert ROUTER.match(path) is None


def test_match_path_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(UndecodablePath):
        ROUTER.match("/v1/talks/%ff")
