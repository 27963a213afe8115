"""The ASGI app at the product's port. Used by `runner` and by the tests of what is mounted here."""

from __future__ import annotations

from starlette.routing import Mount, Router, WebSocketRoute

from local.gateway.gateway import BODY_BYTES, Gateway
from local.site.site import LocalSite
from local.websocket.sockets import SocketGateway


def mount_apps(gateway: Gateway, site: LocalSite, sockets: SocketGateway) -> Router:
    """Returns one ASGI app: sockets, the runner's own site, and the gateway for every other path."""
    routes = [WebSocketRoute("/_local/socket", sockets), Mount("/_local", site, max_body_size=BODY_BYTES)]
    return Router(routes, default=gateway)
