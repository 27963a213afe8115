"""`python -m tests.deploy.emulator`: all of AWS on one loopback port, and its CDN for browsers on a second one.

The scenario starts it with its own environment. Signatures are verified and policies are enforced.
"""

import asyncio
from typing import Any

import ministack.app
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.services import cloudfront

from tests.deploy import workarounds
from tests.deploy.places import Places


def main() -> None:
    """Serves until the process is terminated."""
    places = Places.of_environment()
    workarounds.apply(places)
    config = Config()
    config.bind = [f"127.0.0.1:{places.aws_port}", f"127.0.0.1:{places.cdn_port}"]
    config.keep_alive_timeout = 75
    asyncio.run(serve(_behind_the_cdn(places), config))


def _behind_the_cdn(places: Places) -> Any:
    """Returns the emulator's application. Requests on the CDN's port get the distribution's host name and the https
    scheme.
    """

    async def application(scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["server"][1] == places.cdn_port:
            scope = scope | {"headers": [*_without_host(scope["headers"]), *_addressed()]}
        await ministack.app.app(scope, receive, send)

    return application


def _without_host(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() != b"host"]


def _addressed() -> list[tuple[bytes, bytes]]:
    """Returns the headers that a browser sends to the newest distribution."""
    domains = [one["DomainName"] for one in cloudfront._distributions.values()]
    return [(b"host", domains[-1].encode() if domains else b"none.cloudfront.net"), (b"x-forwarded-proto", b"https")]


if __name__ == "__main__":
    main()
