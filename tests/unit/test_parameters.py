"""Secrets by reference."""

from typing import Any

import pytest

from chalicelib import config
from chalicelib.adapters.parameters import Parameters
from chalicelib.adapters.signed_client import Refused
from tests.harness.environment import VARIABLES

SECRET = "k1:" + "s" * 40


class Store:
    """A Parameter Store that knows one parameter in one version."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, request))
        if request["Name"] != "/marquee/test/token-keys:3":
            raise Refused("ParameterVersionNotFound")
        return {"Parameter": {"Value": SECRET, "Version": 3}}


def test_reveal_of_reference_asks_for_that_version_decrypted() -> None:
    store = Store()
    assert Parameters(store).reveal("ssm:/marquee/test/token-keys:3") == SECRET  # type: ignore[arg-type]
    assert store.asked == [("GetParameter", {"Name": "/marquee/test/token-keys:3", "WithDecryption": True})]


def test_reveal_of_plain_secret_asks_nobody() -> None:
    store = Store()
    assert Parameters(store).reveal("sk_test_local") == "sk_test_local"  # type: ignore[arg-type]
    assert store.asked == []


def test_reveal_of_missing_version_names_the_parameter() -> None:
    with pytest.raises(config.Misconfigured, match=r"/marquee/test/token-keys:4 .* ParameterVersionNotFound"):
        Parameters(Store()).reveal("ssm:/marquee/test/token-keys:4")  # type: ignore[arg-type]


@pytest.mark.parametrize("keys", ["", "k1:short", "nokid", ":" + "s" * 40, f"{SECRET},k2:short"])
def test_load_with_unfit_token_keys_refuses_to_start(keys: str) -> None:
    with pytest.raises(config.Misconfigured, match="TOKEN_KEYS") as refused:
        config.load({**VARIABLES, "TOKEN_KEYS": keys})
    assert "short" not in str(refused.value).replace("TOKEN_KEYS", "")


def test_load_keeps_a_reference_as_it_is_and_shows_no_secret() -> None:
    loaded = config.load({**VARIABLES, "TOKEN_KEYS": "ssm:/marquee/test/token-keys:3"})
    assert loaded.token_keys == "ssm:/marquee/test/token-keys:3"
    assert VARIABLES["STRIPE_SECRET_KEY"] not in repr(loaded)


def test_load_sets_every_setting_that_is_declared() -> None:
    assert list(vars(config.load(VARIABLES))) == list(config.Config.__annotations__)
