"""A link to the product that a test can cut, and socket clients behind it that follow docs/live.md."""

import asyncio
import contextlib
import http.client
import json
import random
import urllib.error
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from chalicelib.core.ids import milliseconds_of
from local.demo.demo import ApiCaller

LOST = (OSError, WebSocketException, urllib.error.URLError, http.client.HTTPException, ValueError, TimeoutError)
"""The errors that a client sees when the link is cut or the product is killed at any byte."""
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0
GREETING_SECONDS = 15
PING_SECONDS = 5
MOST_UNANSWERED = 3
RECENT_MS = 60_000
MOST_RECENT = 100


class Link:
    """Forwards bytes to a port. When cut, it breaks open connections and refuses new ones."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        """Accepts connections again, on the same port as before."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Breaks all connections and refuses new ones."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, other_writer}
        self._writers |= both
        await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))
        self._writers -= both


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Listener:
    """One device, which connects, and connects again whenever the connection breaks.

    `received` has the ids of the notifications as this device would show them, in order; `doubles` counts repeated
    ones. `forgetful` devices do not send what they have when they connect again: a control that must miss some. After a
    resync frame, a device shows what `inbox` reads: all ids, oldest first.
    """

    def __init__(
        self,
        origin: str,
        token: Callable[[], str],
        inbox: Callable[[], list[str]],
        threads: Executor,
        *,
        forgetful: bool = False,
    ) -> None:
        self._origin = origin
        self._token = token
        self._inbox = inbox
        self._threads = threads
        self._forgetful = forgetful
        self._early: list[dict[str, Any]] = []
        self._position: str | None = None
        self._unanswered = 0
        self.received: list[str] = []
        self.doubles = 0
        self.connections = 0
        self.resyncs = 0
        self.unread = -1
        self.greeted = False

    async def run(self) -> None:
        """Runs until it is cancelled."""
        wait = FIRST_WAIT
        while True:
            with contextlib.suppress(*LOST):
                await self._connect()
            wait = FIRST_WAIT if self.greeted else min(LONGEST_WAIT, wait * 2)
            self.greeted = False
            await asyncio.sleep(wait * random.uniform(0.5, 1))

    async def _connect(self) -> None:
        api = ApiCaller(self._origin, self._token())
        ask = asyncio.get_running_loop().run_in_executor
        url = (await ask(self._threads, api.call, "POST", "/api/v1/live/tickets"))["url"]
        path = url.split("/", 3)[3]
        async with connect(
            f"{self._origin.replace('http', 'ws')}/{path}", ping_interval=None, open_timeout=10
        ) as socket:
            self._early = []
            await self._greet(socket)
            asyncio.get_running_loop().call_later(GREETING_SECONDS, self._give_up, socket)
            pinging = asyncio.create_task(self._ping(socket))
            try:
                async for text in socket:
                    frame = json.loads(text)
                    if frame.get("resync"):
                        self.received = await ask(self._threads, self._inbox)
                    self._hear(frame)
            finally:
                pinging.cancel()

    async def _ping(self, socket: ClientConnection) -> None:
        """Sends pings. The connection is dead when one is not answered before the next."""
        self._unanswered = 0
        with contextlib.suppress(*LOST):
            while True:
                await asyncio.sleep(PING_SECONDS)
                if self._unanswered == MOST_UNANSWERED:
                    socket.transport.abort()
                    return
                self._unanswered += 1
                await socket.send('{"action":"ping"}')

    def _give_up(self, socket: ClientConnection) -> None:
        """Closes the connection when there is no answer to hello, so that a new one sends it again."""
        if not self.greeted:
            socket.transport.abort()

    async def _greet(self, socket: ClientConnection) -> None:
        hello: dict[str, Any] = {"action": "hello", "since": None if self._forgetful else self._position}
        if self.received and not self._forgetful:
            newest = max(self.received)
            since = milliseconds_of(newest) - RECENT_MS
            recent = sorted(id for id in self.received[-1000:] if milliseconds_of(id) >= since)
            hello |= {"since": newest, "recent": recent[-MOST_RECENT:]}
        await socket.send(json.dumps(hello))
        self.connections += 1

    def _hear(self, frame: dict[str, Any]) -> None:
        """Handles a frame. Notifications pushed before the answer to hello is complete are newer, so they are shown
        after it.
        """
        self._unanswered = 0
        self._position = frame.get("position", self._position)
        answers = frame["meta"] == "WS connected" or "more" in frame
        if not self.greeted and not answers:
            self._early.append(frame)
            return
        self.unread = frame.get("notif_count", self.unread)
        self.resyncs += frame.get("resync", False)
        self._take([one["id"] for one in frame.get("missed", frame.get("notifs", ()))])
        if answers and not frame.get("more"):
            self.greeted = True
            for early in self._early:
                self._hear(early)

    def _take(self, ids: list[str]) -> None:
        known = set(self.received)
        self.doubles += sum(id in known for id in ids)
        self.received += [id for id in ids if id not in known]
