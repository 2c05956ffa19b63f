"""A monitor outside hears that a run began, ended well or failed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from channels.ping import Event, Ping, PingError


class Monitor(HTTPServer):
    """Keeps what it is told, and answers with ``status``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[str, str]] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Monitor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.told.append((self.path, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        del words


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    with Monitor() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(monitor: Monitor, path: str) -> str:
    return f"http://127.0.0.1:{monitor.server_address[1]}{path}"


def test_each_event_has_an_address_of_its_own(monitor: Monitor) -> None:
    """The event stands in the address where it says so, and the body names the run."""
    ping = Ping(url=url(monitor, "/abc/{event}"))

    for event in Event:
        ping.tell(event, what="monthly-2026-05")

    assert [(f"/abc/{event}", "monthly-2026-05") for event in ("start", "success", "fail")] == monitor.told


def test_plain_address_hears_of_success_only(monitor: Monitor) -> None:
    """A dead man's switch that knows no events must not be fed by a run that failed."""
    ping = Ping(url=url(monitor, "/abc"))

    for event in Event:
        ping.tell(event, what="x")

    assert [("/abc", "x")] == monitor.told


@pytest.mark.parametrize("status", [404, 500])
def test_refusal_is_an_error(monitor: Monitor, status: int) -> None:
    """A monitor that refuses is told of in a sentence."""
    monitor.status = status

    with pytest.raises(PingError, match=rf"could not be told of success: .*{status}"):
        Ping(url=url(monitor, "/abc")).tell(Event.success, what="x")


def test_monitor_that_is_away_is_an_error(monitor: Monitor) -> None:
    """Nobody listens: the same error, not the network's."""
    gone = HTTPServer(("127.0.0.1", 0), _Handler)
    port = gone.server_address[1]
    gone.server_close()

    with pytest.raises(PingError, match="could not be told of start"):
        Ping(url=f"http://127.0.0.1:{port}/{{event}}").tell(Event.start, what="x")
