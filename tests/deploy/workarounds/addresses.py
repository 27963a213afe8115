"""No DNS and no TLS: what AWS reaches by name over https is on loopback over http."""

import contextvars
import os
import re

import ministack.app
from ministack.core import iam_evaluator
from ministack.services import cloudfront

from tests.deploy.places import Places

_EXECUTE_API = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def apply(places: Places) -> None:
    """Everything in this module."""
    _tell_functions(places)
    _count_as_encrypted()
    _let_the_cdn_reach_apis(places)


def _tell_functions(places: Places) -> None:
    """The product's own clients (they are not boto3) know AWS's names unless told otherwise, and Lambda's environment
    is where AWS itself would tell; processes of functions inherit the emulator's.
    """
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = places.aws
    os.environ["AWS_ENDPOINT_URL_SSM"] = places.aws


def _count_as_encrypted() -> None:
    """Policies of buckets and queues refuse what is not encrypted; loopback stands for TLS."""
    origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    ministack.app.pin_request_origin = lambda address, _secure: origin.set((address, True))


def _let_the_cdn_reach_apis(places: Places) -> None:
    """The emulated CDN connects to an API by its name at amazonaws.com; the emulator does not answer to such a name."""
    ministack.app._EXECUTE_API_RE = _EXECUTE_API
    by_name = cloudfront._origin_connect_target

    def target(origin: dict, viewer_is_https: bool) -> tuple:
        if _EXECUTE_API.match(origin["domain_name"]):
            return "127.0.0.1", places.aws_port, False
        return by_name(origin, viewer_is_https)

    cloudfront._origin_connect_target = target
