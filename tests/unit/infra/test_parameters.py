"""Secrets in Parameter Store."""

import boto3
import pytest

from chalicelib.config import token_keys
from chalicelib.push.adapters.encryption import private_key, public_text
from infra.deploy.parameters import ORIGIN_SECRET, STRIPE_SECRET_KEY, TOKEN_KEYS, VAPID_PRIVATE_KEY, StageParameters
from infra.settings import StageSettings, Unusable


@pytest.fixture
def parameters(session: boto3.Session) -> StageParameters:
    return StageParameters(session.client("ssm"), StageSettings("dev", "eu-central-1"))


def value(parameters: StageParameters, name: str = TOKEN_KEYS) -> str:
    found = parameters.get(name)
    assert found is not None
    return found.value


def test_ensure_makes_fit_keys_once(parameters: StageParameters) -> None:
    assert parameters.ensure_keys() is True
    made = value(parameters)
    assert parameters.ensure_keys() is False
    assert value(parameters) == made
    assert list(token_keys(made)) == ["k1"]
    push_key = value(parameters, VAPID_PRIVATE_KEY)
    assert private_key(push_key)
    assert (parameters.replace_vapid_key(), value(parameters, VAPID_PRIVATE_KEY) != push_key) == (2, True)
    secret = value(parameters, ORIGIN_SECRET)
    assert len(secret) >= 43
    assert (parameters.replace_origin_secret(), value(parameters, ORIGIN_SECRET) != secret) == (2, True)


def test_rotate_signs_with_a_new_key_and_keeps_one_that_verifies(parameters: StageParameters) -> None:
    parameters.ensure_keys()
    first = token_keys(value(parameters))
    assert parameters.rotate_token_keys() == 2
    second = token_keys(value(parameters))
    assert list(second) == ["k2", "k1"]
    assert second["k1"] == first["k1"]
    assert second["k2"] != first["k1"]
    parameters.rotate_token_keys()
    assert list(token_keys(value(parameters))) == ["k3", "k2"]


def test_rotate_before_there_are_keys_is_refused(parameters: StageParameters) -> None:
    with pytest.raises(Unusable):
        parameters.rotate_token_keys()


def test_put_of_same_value_makes_no_version(parameters: StageParameters) -> None:
    assert [parameters.put(STRIPE_SECRET_KEY, v) for v in ("sk_test_a", "sk_test_a", "sk_test_b")] == [1, 1, 2]


def test_references_name_the_version_and_hold_no_secret(parameters: StageParameters) -> None:
    parameters.ensure_keys()
    parameters.rotate_token_keys()
    assert parameters.references() == {
        "TOKEN_KEYS": "ssm:/marquee/dev/token-keys:2",
        "STRIPE_SECRET_KEY": "",
        "STRIPE_WEBHOOK_SECRET": "",
        "STRIPE_CONNECT_WEBHOOK_SECRET": "",
        "VAPID_PRIVATE_KEY": "ssm:/marquee/dev/vapid-private-key:1",
        "VAPID_PUBLIC_KEY": public_text(private_key(value(parameters, VAPID_PRIVATE_KEY))),
    }


def test_secret_does_not_show_itself(parameters: StageParameters) -> None:
    parameters.put(STRIPE_SECRET_KEY, "sk_test_a")
    assert "sk_test_a" not in repr(parameters.get(STRIPE_SECRET_KEY))


def test_kept_as_secure_string(parameters: StageParameters, session: boto3.Session) -> None:
    parameters.ensure_keys()
    described = session.client("ssm").describe_parameters()["Parameters"]
    assert sorted((one["Name"], one["Type"]) for one in described) == [
        ("/marquee/dev/origin-secret", "SecureString"),
        ("/marquee/dev/token-keys", "SecureString"),
        ("/marquee/dev/vapid-private-key", "SecureString"),
    ]


def test_delete_all_leaves_nothing(parameters: StageParameters, session: boto3.Session) -> None:
    parameters.ensure_keys()
    parameters.delete_all()
    assert session.client("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.parametrize(
    ("wished", "before", "changed", "after"),
    [
        (True, "false", True, "true"),
        (True, "true", False, "true"),
        (False, "false", False, "false"),
        (False, "true", False, "true"),
    ],
)
def test_ensure_throughput_switches_it_on_where_the_stage_says_so(
    wished: bool, before: str, changed: bool, after: str
) -> None:
    store = Throughput(before)
    parameters = StageParameters(store, StageSettings("dev", "eu-central-1", high_secret_throughput=wished))
    assert (parameters.ensure_throughput(), store.value) == (changed, after)


class Throughput:
    """A fake of the account's throughput setting of Parameter Store, which moto does not support."""

    def __init__(self, value: str) -> None:
        self.value = value

    def get_service_setting(self, SettingId: str) -> dict[str, dict[str, str]]:
        assert SettingId == "/ssm/parameter-store/high-throughput-enabled"
        return {"ServiceSetting": {"SettingValue": self.value}}

    def update_service_setting(self, SettingId: str, SettingValue: str) -> None:
        assert SettingId == "/ssm/parameter-store/high-throughput-enabled"
        self.value = SettingValue
