"""`python -m tests.deploy.emulator`: AWS as a whole on one loopback port, its CDN as people see it on a second one.

Started by the scenario with an environment of its own making; signatures are verified and policies are enforced.
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
    """Serve until terminated."""
    places = Places.of_environment()
    workarounds.apply(places)
    config = Config()
    config.bind = [f"127.0.0.1:{places.aws_port}", f"127.0.0.1:{places.cdn_port}"]
    config.keep_alive_timeout = 75
    asyncio.run(serve(_behind_the_cdn(places), config))


def _behind_the_cdn(places: Places) -> Any:
    """The emulator's application; what comes in by the CDN's port is addressed to the distribution, over TLS."""

    async def application(scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["server"][1] == places.cdn_port:
            scope = scope | {"headers": [*_without_host(scope["headers"]), *_addressed()]}
        await ministack.app.app(scope, receive, send)

    return application


def _without_host(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() != b"host"]


def _addressed() -> list[tuple[bytes, bytes]]:
    """As a browser would send it that went to the newest distribution."""
    domains = [one["DomainName"] for one in cloudfront._distributions.values()]
    return [(b"host", domains[-1].encode() if domains else b"none.cloudfront.net"), (b"x-forwarded-proto", b"https")]


if __name__ == "__main__":
    main()
