"""The local push service behind HTTP, for tests without the runner."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local.push.push_service import PushService
from tests.harness.browser import Browser


class PushServer:
    """A push service whose answers a test sets, and the prefix of its endpoints."""

    def __init__(self, service: PushService, url: str) -> None:
        self.service = service
        self.url = url
        self.tries: list[str] = []
        self.connections = 0

    def browser(self) -> Browser:
        """Returns a browser that is subscribed here."""
        return Browser(self.url)

    def news(self, browser: Browser) -> list[str]:
        """Returns the ids of the notifications that were pushed to a browser."""
        return [browser.news(one["body"])["id"] for one in self.service.taken(browser.name)]

    def answer(self, browser: Browser, status: int) -> None:
        """Sets the status for pushes to a browser; 0: accept them."""
        self.service.answers[browser.name] = status


@contextmanager
def running() -> Iterator[PushServer]:
    """Runs a push service on a free loopback port."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            push.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = self.path.rpartition("/")[2]
            push.tries.append(name)
            answer = service.take(name, {key.lower(): value for key, value in self.headers.items()}, body)
            self.send_response(answer.status_code)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Suppresses the log of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    push = PushServer(service, f"http://127.0.0.1:{server.server_address[1]}/push")
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield push
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
