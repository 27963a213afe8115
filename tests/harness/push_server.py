"""The local push service behind HTTP, for tests without the runner."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local.push.push_service import PushService
from tests.harness.browser import Browser


class PushServer:
    """A push service that is told how to answer, and what its endpoints begin with."""

    def __init__(self, service: PushService, url: str) -> None:
        self.service = service
        self.url = url
        self.tries: list[str] = []
        self.connections = 0

    def browser(self) -> Browser:
        """One that subscribes here."""
        return Browser(self.url)

    def news(self, browser: Browser) -> list[str]:
        """Ids of the notifications that a browser was told of."""
        return [browser.news(one["body"])["id"] for one in self.service.taken(browser.name)]

    def answer(self, browser: Browser, status: int) -> None:
        """Answer this to whatever is for a browser; 0: take it."""
        self.service.answers[browser.name] = status


@contextmanager
def running() -> Iterator[PushServer]:
    """On a free port of loopback."""
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
            """Quiet."""

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
