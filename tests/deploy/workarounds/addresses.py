"""There is no DNS and no TLS: names that AWS reaches over https are mapped to loopback over http."""

import contextvars
import os
import re

import ministack.app
from ministack.core import iam_evaluator
from ministack.services import cloudfront

from tests.deploy.places import Places

_EXECUTE_API = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def apply(places: Places) -> None:
    """Applies the workarounds of this module."""
    _tell_functions(places)
    _count_as_encrypted()
    _let_the_cdn_reach_apis(places)


def _tell_functions(places: Places) -> None:
    """Sets endpoint variables for the functions, which inherit the emulator's environment: the product's own clients
    (not boto3) use AWS's names unless a variable overrides them.
    """
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = places.aws
    os.environ["AWS_ENDPOINT_URL_SSM"] = places.aws


def _count_as_encrypted() -> None:
    """Policies of buckets and queues refuse requests without TLS, so requests over loopback count as encrypted."""
    origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    ministack.app.pin_request_origin = lambda address, _secure: origin.set((address, True))


def _let_the_cdn_reach_apis(places: Places) -> None:
    """The emulated CDN connects to an API by its name at amazonaws.com, which the emulator does not serve."""
    ministack.app._EXECUTE_API_RE = _EXECUTE_API
    by_name = cloudfront._origin_connect_target

    def target(origin: dict, viewer_is_https: bool) -> tuple:
        if _EXECUTE_API.match(origin["domain_name"]):
            return "127.0.0.1", places.aws_port, False
        return by_name(origin, viewer_is_https)

    cloudfront._origin_connect_target = target
