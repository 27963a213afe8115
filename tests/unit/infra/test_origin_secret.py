"""The CDN's origin secret: which digests the functions get, and when, while the secret is changed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import config
from infra.deploy import adopting, configuring, run_chalice, steps
from infra.deploy.cloudformation import Stack
from infra.deploy.deployment import Deployment
from infra.deploy.parameters import ORIGIN_SECRET, Secret, digest, new_origin_secret
from infra.package import build
from infra.settings import StageSettings
from tests.harness.environment import VARIABLES

STEPS = [one for one in steps.UP if one.name in ("secrets", "configure", "proof", "deploy", "edge", "settle")]


class Account(Deployment):
    """A stage with only the CDN, the functions and the secret. Records each time at which the functions would refuse
    the CDN's requests.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, cdn: bool = True) -> None:
        super().__init__(StageSettings("dev", "eu-central-1", cdn=cdn), SimpleNamespace(client=lambda _: None), Path())
        self.parameters = self  # type: ignore[assignment]
        self.stacks = self  # type: ignore[assignment]
        self.kept: str | None = None
        self.sent: str | None = None
        self.has_cdn = False
        self.accepted: tuple[str, ...] | None = None
        self.configured = ""
        self.deploys = 0
        self.outages: list[str] = []
        self.__dict__["account"] = "111122223333"
        monkeypatch.setattr("infra.deploy.deployment.rest_api_id", lambda *_: "restapi")
        monkeypatch.setattr(configuring, "write", self._configure)
        monkeypatch.setattr(adopting, "rest_api_id", lambda *_: None)
        monkeypatch.setattr(build, "build_app", lambda *_, **__: None)
        monkeypatch.setattr(run_chalice, "deploy", self._deploy)
        monkeypatch.setattr("infra.deploy.stripe_endpoint.retire", lambda *_, **__: None)

    def get(self, name: str) -> Secret | None:
        assert name in (ORIGIN_SECRET, "stripe-secret-key")
        return Secret(self.kept, 1) if self.kept and name == ORIGIN_SECRET else None

    def ensure_keys(self) -> bool:
        made, self.kept = self.kept is None, self.kept or new_origin_secret()
        return made

    def ensure_throughput(self) -> bool:
        return False

    def outputs(self, part: str) -> dict[str, str]:
        if part != "edge" or not self.has_cdn:
            return {"WebsiteBucket": "website"} if part == "base" else {}
        return {"PublicUrl": "https://x", **({"OriginDigest": digest(self.sent)} if self.sent else {})}

    def apply(self, stack: Stack) -> bool:
        assert stack.parameters["OriginDigest"] == digest(stack.parameters["OriginSecret"])
        before, self.has_cdn, self.sent = self.sent, True, stack.parameters["OriginSecret"]
        self._look("edge")
        return before != self.sent

    def variables(self, release: str) -> dict[str, str]:
        return {"ORIGIN_DIGESTS": self.origin_digests}

    def placeholders(self) -> dict[str, str]:
        return {}

    def _configure(self, *_: object, variables: dict[str, str], **__: object) -> bool:
        before, self.configured = self.configured, variables["ORIGIN_DIGESTS"]
        return before != self.configured

    def _deploy(self, *_: object, **__: object) -> None:
        self.accepted = config.load({**VARIABLES, "ORIGIN_DIGESTS": self.configured}).origin_digests
        self.deploys += 1
        self._look("deploy")

    def _look(self, moment: str) -> None:
        if self.has_cdn and self.accepted is not None and digest(self.sent or "") not in self.accepted:
            self.outages.append(moment)

    def up(self, *, until: str = "") -> None:
        for step in STEPS:
            step.run(self, lambda _: None)
            if step.name == until:
                return


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    return Account(monkeypatch)


def replaced(account: Account) -> None:
    account.kept = new_origin_secret()


def test_up_makes_a_secret_that_functions_know_and_the_cdn_sends(account: Account) -> None:
    account.up()
    assert account.kept is not None
    assert account.sent == account.kept
    assert account.accepted == (digest(account.kept),)
    assert (account.outages, account.deploys) == ([], 1)


def test_up_again_changes_nothing(account: Account) -> None:
    account.up()
    before = account.sent, account.accepted
    account.up()
    assert (account.sent, account.accepted) == before
    assert (account.outages, account.deploys) == ([], 2)


def test_up_with_a_new_secret_knows_both_until_the_new_one_is_sent(account: Account) -> None:
    account.up()
    old = account.sent
    replaced(account)
    account.up(until="deploy")
    assert account.sent == old
    assert account.accepted == (digest(str(account.kept)), digest(str(old)))
    account.up()
    assert account.sent == account.kept
    assert account.accepted == (digest(str(account.kept)),)
    assert account.outages == []


def test_up_after_two_new_secrets_in_a_row_knows_the_one_that_is_still_sent(account: Account) -> None:
    account.up()
    replaced(account)
    replaced(account)
    account.up()
    assert account.sent == account.kept
    assert (account.outages, account.accepted) == ([], (digest(str(account.kept)),))


@pytest.mark.parametrize("killed_after", [step.name for step in STEPS])
@pytest.mark.parametrize("first", [lambda _: None, Account.up], ids=["first", "again"])
def test_up_that_is_killed_and_run_again_refuses_nobody_meanwhile(
    account: Account, first: Callable[[Account], Any], killed_after: str
) -> None:
    first(account)
    replaced(account)
    account.up(until=killed_after)
    replaced(account)
    account.up()
    assert (account.sent, account.accepted) == (account.kept, (digest(str(account.kept)),))
    assert account.outages == []


def test_up_over_a_cdn_that_sends_nothing_yet_lets_it_send_before_functions_ask(account: Account) -> None:
    account.has_cdn = True
    account.up()
    assert (account.outages, account.sent) == ([], account.kept)


def test_stage_without_a_cdn_says_so_in_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(monkeypatch, cdn=False)
    account.up()
    assert account.accepted == config.DIRECT
    assert account.has_cdn is False


def test_look_before_the_first_up_lets_nobody_in(account: Account) -> None:
    one, other = account.edge.parameters, account.edge.parameters
    assert one["OriginSecret"] != other["OriginSecret"]
    assert account.origin_digests == ""


@pytest.mark.parametrize(
    "given",
    [
        "",
        ",",
        "direct,direct",
        "Direct",
        "open",
        digest("x").upper(),
        digest("x")[1:],
        f"{digest('x')},",
        f"{digest('x')},direct",
    ],
)
def test_functions_do_not_start_without_knowing_who_may_call(given: str) -> None:
    with pytest.raises(config.Misconfigured, match="ORIGIN_DIGESTS must be"):
        config.load({**VARIABLES, "ORIGIN_DIGESTS": given})


def test_functions_do_not_start_without_the_variable() -> None:
    with pytest.raises(config.Misconfigured, match="ORIGIN_DIGESTS must be"):
        config.load({name: value for name, value in VARIABLES.items() if name != "ORIGIN_DIGESTS"})
