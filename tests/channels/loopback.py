"""An HTTP server on loopback that does what a test tells it to; what it serves is up to its subclasses."""

import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


class Trouble(StrEnum):
    """What the server does instead of an answer."""

    drop = "drop"  # hang up before anything is done
    hang = "hang"  # do nothing and say nothing
    store_and_drop = "store and drop"  # do what was asked, then hang up
    store_and_hang = "store and hang"  # do what was asked, then say nothing
    store_and_break = "store and break"  # do what was asked, then hang up in the middle of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer. ``body`` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: its step, its fields from address and body, and the body itself."""

    step: str
    path: str
    fields: dict[str, Any]
    headers: dict[str, str]
    body: bytes


class LoopbackServer:
    """Runs in threads of its own between ``with`` and its end. ``script`` lists what happens at the next times."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._scripts: dict[str, deque[Answer | Trouble | None]] = defaultdict(deque)
        self._over = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server._serve(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def script(self, step: str, *actions: Answer | Trouble | None) -> None:
        """Let *actions* happen at the next times of *step*; None behaves."""
        self._scripts[step].extend(actions)

    def steps(self) -> list[str]:
        return [asked.step for asked in self.asked]

    def step(self, method: str, path: str) -> str:
        """Return what a request is called in scripts."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """Do what was asked."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._http.shutdown()
        self._thread.join(10)
        self._http.server_close()

    def _serve(self, connection: BaseHTTPRequestHandler) -> None:
        asked = self._read(connection)
        with self._lock:
            self.asked.append(asked)
            script = self._scripts[asked.step]
            action = script.popleft() if script else None
            does_it = action is None or (isinstance(action, Trouble) and action.value.startswith("store"))
            answer = self.answer(asked) if does_it else action
        match action:
            case Trouble.drop | Trouble.store_and_drop:
                connection.close_connection = True
            case Trouble.hang | Trouble.store_and_hang:
                self._over.wait(10)
                connection.close_connection = True
            case _:
                assert isinstance(answer, Answer)
                self._write(connection, answer, whole=action is not Trouble.store_and_break)

    def _read(self, connection: BaseHTTPRequestHandler) -> Asked:
        body = connection.rfile.read(int(connection.headers.get("Content-Length", 0)))
        address = urlsplit(connection.path)
        fields: dict[str, Any] = dict(parse_qsl(address.query, keep_blank_values=True))
        kind = connection.headers.get_content_type()
        if kind == "application/json":
            fields |= json.loads(body)
        elif kind == "application/x-www-form-urlencoded" and not address.path.startswith("/upload"):
            fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        return Asked(
            step=self.step(connection.command, address.path),
            path=address.path,
            fields=fields,
            headers=dict(connection.headers.items()),
            body=body,
        )

    @staticmethod
    def _write(connection: BaseHTTPRequestHandler, answer: Answer, *, whole: bool) -> None:
        content = answer.content
        connection.send_response(answer.status)
        connection.send_header("Content-Length", str(len(content)))
        for name, value in {"Content-Type": "application/json; charset=utf-8", **answer.headers}.items():
            connection.send_header(name, value)
        connection.end_headers()
        connection.wfile.write(content if whole else content[: len(content) // 2])
