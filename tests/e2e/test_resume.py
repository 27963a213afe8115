"""Sockets while the link is cut, messages come and the product is killed: every device ends with all messages, in
order, once. `make soak` cuts 20 times for 30 seconds, with 100 messages each.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.ids import make_ulid
from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG
from tests.harness.link import LOST, Link, Listener
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

CLIENTS = 50
CUTS = int(os.environ.get("MARQUEE_CUTS", "2"))
CUT_SECONDS = float(os.environ.get("MARQUEE_CUT_SECONDS", "2"))
MESSAGES = int(os.environ.get("MARQUEE_MESSAGES", "20"))
SETTLED_SECONDS = 60
LONG_GONE = make_ulid(1, b"0123456789")
_numbers = itertools.count()


class User:
    """A user with many devices, who gets a message by ordering a free ticket."""

    def __init__(self, origin: str, number: int) -> None:
        self._origin = origin
        self._account = ACCOUNTS[number]
        self.token = ""

    def sign_in(self) -> None:
        form = {"email": self._account.email, "password": self._account.password}
        self.token = ApiCaller(self._origin).call("POST", "/api/v1/auth/sign-in", form)["access_token"]

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Repeats a request until the product answers it."""
        while True:
            try:
                return ApiCaller(self._origin, self.token).call(method, f"/api/v1{path}", body, **headers)
            except LOST as lost:
                if getattr(lost, "code", 500) < 500:
                    raise
                time.sleep(0.1)

    def message(self, ticket: dict[str, str]) -> None:
        buyer = {"name": "Ada Lovelace", "email": self._account.email}
        form = {"lines": [{"ticket_type_id": ticket["id"], "quantity": 1}], "buyer": buyer}
        key = f"message {next(_numbers)}"
        assert self.call("POST", f"/events/{ticket['event']}/orders", form, idempotency_key=key)["state"] == "paid"

    def inbox(self) -> list[str]:
        """Returns the ids of all notifications, oldest first."""
        found: list[str] = []
        cursor = ""
        while True:
            page = self.call("GET", f"/notifications?state=all&order=oldest&limit=200{cursor}")
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def unread(self) -> int:
        return int(self.call("GET", "/notifications/unread-count")["count"])


def free_ticket(organiser: User) -> dict[str, str]:
    event = organiser.call("GET", f"/events/{SLUG}")["id"]
    form = {"name": "Message", "price": {"amount": 0, "currency": "EUR"}, "quantity": 100_000}
    return {"event": event, "id": organiser.call("POST", f"/events/{event}/ticket-types", form)["id"]}


class Stage:
    """The product, a link to it, two users and their devices."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.link = Link(server.port)
        self.threads = ThreadPoolExecutor(40)
        self.users = [User(server.origin, number) for number in range(2)]
        self.devices: dict[User, list[Listener]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        await self.link.mend()
        await self.do(*(user.sign_in for user in self.users))
        self.ticket = (await self.do(lambda: free_ticket(self.users[0])))[0]

    def listen(self, user: User, number: int, *, forgetful: bool = False) -> list[Listener]:
        origin = f"http://127.0.0.1:{self.link.port}"
        made = [
            Listener(origin, lambda: user.token, user.inbox, self.threads, forgetful=forgetful) for _ in range(number)
        ]
        self.devices.setdefault(user, []).extend(made)
        self._tasks += [asyncio.create_task(one.run()) for one in made]
        return made

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.link.cut()
        self.threads.shutdown()

    async def do(self, *work: Any) -> list[Any]:
        """Runs blocking functions in parallel."""
        loop = asyncio.get_running_loop()
        return list(await asyncio.gather(*(loop.run_in_executor(self.threads, one) for one in work)))

    async def all(self, ready: Any) -> bool:
        """Returns whether all devices are ready in time."""
        until = time.monotonic() + SETTLED_SECONDS
        while time.monotonic() < until:
            if all(ready(user, one) for user, devices in self.devices.items() for one in devices):
                return True
            await asyncio.sleep(0.1)
        return False

    async def cut_and_kill(self) -> None:
        """Sends messages while the link is cut, and kills the product in the middle of them. A user marks the earlier
        messages as read.
        """
        await self.link.cut()
        mended = asyncio.get_running_loop().time() + CUT_SECONDS
        work = [asyncio.create_task(self.do(lambda user=user: self._messages(user))) for user in self.users]
        await asyncio.sleep(CUT_SECONDS / 3)
        await self.do(self.server.kill)
        await self.do(self.server.start)
        await asyncio.sleep(mended - asyncio.get_running_loop().time())
        await self.link.mend()
        await asyncio.gather(*work)

    def _messages(self, user: User) -> None:
        user.call("POST", "/notifications/read-all")
        for _ in range(MESSAGES):
            user.message(self.ticket)


@contextlib.asynccontextmanager
async def staged(server: ServerProcess) -> AsyncIterator[Stage]:
    stage = Stage(server)
    await stage.open()
    try:
        yield stage
    finally:
        await stage.close()


def test_devices_behind_a_cut_link_and_a_killed_product_have_all_in_order_once(mortal: ServerProcess) -> None:
    mortal.start()
    asyncio.run(cut_again_and_again(mortal))


async def cut_again_and_again(server: ServerProcess) -> None:
    async with staged(server) as stage:
        before = dict(zip(stage.users, await stage.do(*(user.inbox for user in stage.users)), strict=True))
        for user in stage.users:
            stage.listen(user, CLIENTS // len(stage.users))
        assert await stage.all(lambda _, one: one.greeted)
        await stage.do(*(lambda user=user: user.message(stage.ticket) for user in stage.users))
        for number in range(CUTS):
            await stage.do(*(user.sign_in for user in stage.users))
            await stage.cut_and_kill()
            inboxes = await stage.do(*(user.inbox for user in stage.users))
            owed = {user: ids[len(before[user]) :] for user, ids in zip(stage.users, inboxes, strict=True)}
            counts = dict(zip(stage.users, await stage.do(*(user.unread for user in stage.users)), strict=True))
            there = await stage.all(
                lambda user, one, owed=owed, counts=counts: is_settled(one, owed[user], counts[user])
            )
            print(report(number, stage, owed))
            assert there, "\n".join(
                f"greeted {one.greeted}, lacks {set(owed[user]) - set(one.received)}, counts {one.unread} of {counts[user]}"
                for user, devices in stage.devices.items()
                for one in devices
                if not is_settled(one, owed[user], counts[user])
            )
            for user, devices in stage.devices.items():
                assert len(owed[user]) == 1 + MESSAGES * (number + 1)
                assert counts[user] == MESSAGES
                for one in devices:
                    assert (one.received, one.resyncs) == (owed[user], 0)
        assert all(one.connections > CUTS for devices in stage.devices.values() for one in devices)


def is_settled(one: Listener, owed: list[str], unread: int) -> bool:
    """Returns whether a device has all the messages that it should have."""
    return one.greeted and len(one.received) >= len(owed) and one.unread == unread


def report(number: int, stage: Stage, owed: dict[User, list[str]]) -> str:
    devices = [one for many in stage.devices.values() for one in many]
    return (
        f"cut {number + 1} of {CUTS}: {sum(map(len, owed.values()))} messages, {len(devices)} devices, "
        f"{sum(one.connections for one in devices)} connections, {sum(one.doubles for one in devices)} doubles dropped, "
        f"{sum(one.resyncs for one in devices)} resyncs"
    )


def test_device_whose_newest_message_the_inbox_does_not_hold_reads_the_inbox_and_has_all(mortal: ServerProcess) -> None:
    mortal.start()
    asyncio.run(resync(mortal))


async def resync(server: ServerProcess) -> None:
    async with staged(server) as stage:
        user = stage.users[1]
        await stage.do(lambda: user.message(stage.ticket))
        (device,) = stage.listen(user, 1)
        device.received = [LONG_GONE]
        assert await stage.all(lambda _, one: one.greeted)
        await stage.link.cut()
        await stage.do(lambda: user.message(stage.ticket))
        await stage.link.mend()
        assert await stage.all(lambda _, one: one.connections == 2 and one.greeted)
        await stage.do(lambda: user.message(stage.ticket))
        inbox, unread = await stage.do(user.inbox, user.unread)
        assert await stage.all(lambda _, one: (len(one.received), one.unread) == (len(inbox), unread))
        assert (device.received, device.resyncs) == (inbox, 1)


def test_devices_that_do_not_say_what_they_have_end_with_a_hole(mortal: ServerProcess) -> None:
    mortal.start()
    asyncio.run(forget(mortal))


async def forget(server: ServerProcess) -> None:
    async with staged(server) as stage:
        user = stage.users[1]
        (forgetful,) = stage.listen(user, 1, forgetful=True)
        (careful,) = stage.listen(user, 1)
        assert await stage.all(lambda _, one: one.greeted)
        await stage.do(lambda: user.message(stage.ticket))
        assert await stage.all(lambda _, one: len(one.received) == 1)
        await stage.link.cut()
        await stage.do(lambda: user.message(stage.ticket))
        await asyncio.sleep(1)  # by then the stream has processed it, without any open socket
        await stage.link.mend()
        assert await stage.all(lambda _, one: one.connections == 2 and one.greeted)
        await stage.do(lambda: user.message(stage.ticket))
        assert await stage.all(lambda _, one: len(one.received) >= (2 if one is forgetful else 3))
        assert [id for id in careful.received if id not in forgetful.received] == careful.received[1:2]
