"""Reads the body of a request, with limits on its size and its time. Used by `gateway` and `database_server`."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 30


class RequestTooLarge(Exception):
    """The client sent more than the limit. The rest was not read."""


async def read_body(request: Request, limit: int) -> bytes:
    """Returns the whole body. `limit` is in bytes. Raises RequestTooLarge, and ClientDisconnect when the client hangs
    up or needs more than BODY_SECONDS.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise RequestTooLarge
    except TimeoutError as error:
        raise ClientDisconnect from error
    return bytes(body)
