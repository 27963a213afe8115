"""Starts all parts of the local runner and stops them at the end.

`__main__` calls `run`; the tests call it with an app of their own. The order matters: sockets are bound first, so that
a taken port is reported before anything changes. Then the database answers, then the product is imported.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from chalice.app import Chalice
from starlette.types import ASGIApp

from local.demo import demo, demo_marker
from local.dynamodb.database import Database
from local.dynamodb.database_server import DatabaseApp
from local.environment import RunnerSettings, prepare, uses_stripe_double, website
from local.events.failures import FailureFile
from local.events.mail_events import MailEvents
from local.events.streams import StreamLoop
from local.events.timers import Timer
from local.gateway.gateway import Gateway
from local.gateway.handlers import schedules, socket_handlers, stream_sources, topic_handlers
from local.gateway.servers import Server, listen, quiet_uvicorn
from local.mail.mailbox import Mailbox
from local.site.mount_apps import mount_apps
from local.site.site import LocalSite
from local.site.stripe_mount import StripeMount
from local.start_errors import PortTaken, ProductRefused
from local.websocket.sockets import SocketGateway

log = logging.getLogger("local.runner")

ROOT = Path(__file__).resolve().parent.parent

TTL_ATTRIBUTE = "expires_at"
"""The TTL attribute of every table. On AWS `infra/` sets it."""

Step = Callable[[str], None]
CreateTables = Callable[[], object]
LoadDemo = Callable[[str], Sequence[demo.DemoAccount]]
"""Loads the demo data through the API at an origin. Returns the accounts that can sign in."""


@dataclass(frozen=True, slots=True)
class Product:
    """The module that holds `app`, and the functions that create its tables and load its demo data."""

    module: ModuleType
    create_tables: CreateTables
    load_demo: LoadDemo

    @property
    def app(self) -> Chalice:
        app: Chalice = self.module.app
        return app


def load_product() -> Product:
    """Returns the real product. Imports it here, because the import reads the environment. Raises ProductRefused."""
    try:
        tables = importlib.import_module("chalicelib.aws.dynamo_tables")
        return Product(importlib.import_module("app"), tables.create_missing, demo.load)
    except RuntimeError as error:
        raise ProductRefused(str(error)) from error


@dataclass(slots=True)
class Runner:
    """The parts of a running product."""

    settings: RunnerSettings
    database: Database
    gateway: Gateway
    site: LocalSite
    loops: Sequence[StreamLoop]
    timers: Sequence[Timer]
    sockets: SocketGateway
    stripe: StripeMount | None
    product: Product

    def start_reactions(self) -> None:
        """Starts streams, timers and Stripe's webhooks. Call it when the product answers."""
        if self.stripe:
            self.stripe.start()
        for loop in self.loops:
            loop.start()
        for timer in self.timers:
            timer.start()

    def stop_reactions(self) -> None:
        """Stops timers, streams and webhooks. Waits a few seconds for handlers that are running."""
        for timer in self.timers:
            timer.stop()
        for loop in self.loops:
            loop.stop()
        if self.stripe:
            self.stripe.stop()

    def load_demo(self) -> Sequence[demo.DemoAccount]:
        """Loads the demo data once per data directory. Returns the accounts every time."""
        return demo_marker.load_once(self.settings.data_dir, lambda: self.product.load_demo(self.settings.origin))

    def reset(self) -> Sequence[demo.DemoAccount]:
        """Deletes all data and loads the demo data again, without a restart."""
        demo_marker.forget(self.settings.data_dir)
        self.database.reset()
        self.site.mailbox.clear()
        self.site.failures.clear()
        self.site.push.clear()
        if self.stripe:
            self.stripe.reset()
        return self.load_demo()


def assemble(settings: RunnerSettings, database: Database, product: Product) -> Runner:
    """Connects the product's handlers to their triggers."""
    app, module, data_dir = product.app, product.module, settings.data_dir
    failures = FailureFile(data_dir / "failures.jsonl")
    sockets = SocketGateway(socket_handlers(app, module))
    timers = [Timer(schedule) for schedule in schedules(app, module)]
    loops = [StreamLoop(database, source, failures) for source in stream_sources(app, module)]
    stripe = _stripe(settings)
    mail_events = MailEvents(topic_handlers(app, module))
    runner: Runner
    site = LocalSite(
        mailbox=Mailbox(data_dir / "mail.jsonl", mail_events.tell),
        sockets=sockets,
        failures=failures,
        reset=lambda: runner.reset(),  # noqa: PLW0108  `runner` is assigned below
        timers=timers,
        stripe=stripe,
    )
    gateway = Gateway(app, static_dir=website())
    runner = Runner(settings, database, gateway, site, loops, timers, sockets, stripe, product)
    return runner


def _stripe(settings: RunnerSettings) -> StripeMount | None:
    if not uses_stripe_double(os.environ):
        return None
    return StripeMount(
        settings.data_dir / "stripe",
        public_url=f"{settings.origin}/_local/stripe",
        webhook_url=f"{settings.origin}/api/v1/stripe/webhook",
        webhook_secret=os.environ["STRIPE_WEBHOOK_SECRET"],
        connect_webhook_secret=os.environ["STRIPE_CONNECT_WEBHOOK_SECRET"],
    )


def _restore_environment(before: dict[str, str]) -> None:
    """Restores the environment, so that a second run in this process does not use the endpoints of the first."""
    os.environ.clear()
    os.environ.update(before)


def _bind(port: int) -> socket.socket:
    try:
        return listen(port)
    except OSError as error:
        raise PortTaken(f"Port {port} is taken. Stop what listens there, or choose another: PORT=8001") from error


async def run(
    settings: RunnerSettings,
    *,
    load: Callable[[], Product] = load_product,
    step: Step = log.info,
    ready: Callable[[Runner], None] = lambda _runner: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Runs until `stop` is set or SIGINT or SIGTERM arrives. Raises CannotStart."""
    stop = stop or asyncio.Event()
    with contextlib.ExitStack() as stack:
        web, wire = (stack.enter_context(_bind(port)) for port in (settings.port, settings.database_port))
        step(f"Opening the database in {settings.data_dir}")
        database = Database(settings.data_dir)
        stack.callback(database.close)
        stack.callback(_restore_environment, dict(os.environ))
        prepare(settings, wire.getsockname()[1], os.environ)
        quiet_uvicorn()
        database_app = DatabaseApp(database)
        stack.callback(database_app.close)
        async with _server(database_app, wire):
            step("Creating tables and loading the product")
            product = await asyncio.to_thread(load)
            await asyncio.to_thread(product.create_tables)
            database.expire_items_by(TTL_ATTRIBUTE)
            runner = assemble(settings, database, product)
            stack.callback(runner.gateway.close)
            stack.callback(runner.sockets.close)
            async with _server(mount_apps(runner.gateway, runner.site, runner.sockets), web):
                await _serve(runner, stop, step, ready)


async def _serve(runner: Runner, stop: asyncio.Event, step: Step, ready: Callable[[Runner], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, RuntimeError):  # only the main thread can add one
            loop.add_signal_handler(name, stop.set)
    runner.start_reactions()
    step(f"Serving {runner.settings.origin}")
    try:
        if not demo_marker.is_loaded(runner.settings.data_dir):
            step("Loading the demo conference")
        runner.site.accounts = await asyncio.to_thread(_demo_accounts, runner, step)
        ready(runner)
        await stop.wait()
        step("Stopping")
    finally:
        await asyncio.to_thread(runner.stop_reactions)


def _demo_accounts(runner: Runner, step: Step) -> Sequence[demo.DemoAccount]:
    """Returns no accounts when the demo data cannot be loaded. The product runs anyway; the next start tries again."""
    try:
        return runner.load_demo()
    except Exception:
        log.exception("the demo data could not be loaded")
        step("The demo data could not be loaded (see above); everything else runs")
        return []


@contextlib.asynccontextmanager
async def _server(app: ASGIApp, sock: socket.socket) -> AsyncIterator[None]:
    server = Server(app)
    task = asyncio.create_task(server.serve([sock]))
    while not server.started and not task.done():
        await asyncio.sleep(0.001)
    try:
        yield
    finally:
        server.should_exit = True
        await task
