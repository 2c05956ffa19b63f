"""A mail server on loopback that does what a test tells it to."""

import asyncio
import contextlib
import ssl
import subprocess
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HOSTNAME = "mail.union.example"


class Trouble(StrEnum):
    """What the server does instead of an answer."""

    drop = "drop"  # hang up
    hang = "hang"  # say nothing for ever
    store_and_drop = "store and drop"  # only at CONTENT: keep the mail, then hang up


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A mail that the server took."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)
    connection: int
    is_encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


class SmtpServer:
    """Runs in a thread of its own between ``with`` and its end.

    Steps are the verbs of SMTP, "CONNECT" for the greeting, "MIDDLE" for the middle of a mail and "CONTENT" for the
    answer after the dot. ``script`` lists what happens at the next times of a step; None behaves. ``rule`` decides each
    time, from the argument of the command.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        smtps: ssl.SSLContext | None = None,
        size_limit: int | None = None,
        logins: dict[str, str] | None = None,
        without_auth: tuple[str, ...] = (),
        messages_per_connection: int | None = None,
        smtputf8: bool = False,
    ) -> None:
        self.stored: list[Stored] = []
        self.connections = 0
        self.live: set[Any] = set()
        self.most_open = 0
        self.commands: list[str] = []
        self.logins = logins
        self.messages_per_connection = messages_per_connection
        self.is_smtps = smtps is not None
        self._smtps = smtps
        self._scripts: dict[str, deque[str | None]] = defaultdict(deque)
        self._rules: dict[str, Callable[[str], str | None]] = {}
        self._options: dict[str, Any] = {
            "hostname": HOSTNAME,
            "tls_context": tls,
            "data_size_limit": size_limit,
            "enable_SMTPUTF8": smtputf8,
            "authenticator": self._authenticate,
            "auth_require_tls": False,
            "auth_exclude_mechanism": without_auth if logins is not None else ("PLAIN", "LOGIN"),
        }
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def script(self, step: str, *actions: str | None) -> None:
        """Let *actions* happen at the next times of *step*: an answer ("550 5.1.1 no"), a ``Trouble`` or None."""
        self._scripts[step].extend(actions)

    def rule(self, step: str, decide: Callable[[str], str | None]) -> None:
        """Let *decide* choose what happens at *step* whenever its script is empty."""
        self._rules[step] = decide

    def action(self, step: str, argument: str = "") -> str | None:
        """Return what to do now at *step*."""
        if self._scripts[step]:
            return self._scripts[step].popleft()
        return self._rules[step](argument) if step in self._rules else None

    @property
    def message_ids(self) -> list[str]:
        return [stored.mail["Message-ID"] for stored in self.stored]

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._serve, "127.0.0.1", 0, ssl=self._smtps))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _hang_up(self) -> None:
        """End what is still connected: the loss of a connection ends its task."""
        for connection in self.live:
            connection.transport.abort()
        while asyncio.all_tasks() != {asyncio.current_task()}:
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    def _serve(self) -> SMTP:
        return _Connection(self, self._options)

    def _authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        is_known = self.logins is not None and self.logins.get(user) == password
        return AuthResult(success=is_known, handled=False, auth_data=user)


class _Connection(SMTP):
    """One connection; asks the server's script before each step."""

    def __init__(self, server: SmtpServer, options: dict[str, Any]) -> None:
        self._server = server
        self._messages = 0
        self._number = 0
        super().__init__(_Handler(), loop=asyncio.get_running_loop(), **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._number == 0:
            self._server.connections += 1
            self._server.live.add(self)
            self._server.most_open = max(self._server.most_open, len(self._server.live))
            self._number = self._server.connections
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.live.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        with contextlib.suppress(ConnectionError):
            if not await self._happens("CONNECT"):
                await super()._handle_client()

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802 - the names of the verbs
        await self._unless_scripted("EHLO", arg, super().smtp_EHLO)

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("HELO", arg, super().smtp_HELO)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("STARTTLS", arg, super().smtp_STARTTLS)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("AUTH", arg, super().smtp_AUTH)

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("NOOP", arg, super().smtp_NOOP)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("QUIT", arg, super().smtp_QUIT)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        await self._unless_scripted("RSET", arg, super().smtp_RSET)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if self._messages == self._server.messages_per_connection:
            await self._do("421 4.7.0 enough for one connection")
            return
        await self._unless_scripted("MAIL", arg, super().smtp_MAIL)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await self._unless_scripted("RCPT", arg, super().smtp_RCPT)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self._happens("DATA"):
            return
        action = self._server.action("MIDDLE")
        if action is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        await self._reader.read(1000)
        await self._do(action)

    async def verdict(self, session: Any, envelope: Any) -> str:
        """Keep the mail and return the answer to it, or do as the script says."""
        action = self._server.action("CONTENT")
        if action in (None, Trouble.store_and_drop):
            self._messages += 1
            self._store(session, envelope)
        if action is None:
            return f"250 2.0.0 Ok: queued as Q{len(self._server.stored)}"
        if action not in set(Trouble) and not action.startswith("421"):
            return action
        await self._do(action)
        return await _for_ever()

    def _store(self, session: Any, envelope: Any) -> None:
        self._server.stored.append(
            Stored(
                sender=envelope.mail_from,
                recipient=envelope.rcpt_tos[0],
                content=envelope.content,
                connection=self._number,
                is_encrypted=session.ssl is not None or self._server.is_smtps,
                user=session.auth_data or "",
            )
        )

    async def _unless_scripted(self, step: str, arg: Any, behave: Callable[[Any], Any]) -> None:
        if not await self._happens(step, arg or ""):
            await behave(arg)

    async def _happens(self, step: str, arg: str = "") -> bool:
        """Do what the script says at this step; tell whether it said anything."""
        self._server.commands.append(step)
        action = self._server.action(step, arg)
        if action is None:
            return False
        await self._do(action)
        return True

    async def _do(self, action: str) -> None:
        assert self.transport is not None
        match action:
            case Trouble.hang:
                await _for_ever()
            case Trouble.drop | Trouble.store_and_drop:
                self.transport.abort()
                await _for_ever()
            case answer:
                await self.push(answer)
        if action.startswith("421"):
            self.transport.close()


class _Handler:
    """What aiosmtpd asks about a whole mail."""

    async def handle_DATA(self, server: _Connection, session: Any, envelope: Any) -> str:  # noqa: N802
        return await server.verdict(session, envelope)


async def _for_ever() -> NoReturn:
    """Wait until the loss of the connection cancels this."""
    while True:
        await asyncio.sleep(3600)


def self_signed(folder: Path) -> None:
    """Write a fresh certificate for 127.0.0.1 and its key into *folder*."""
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.union.example"
    names = "-addext subjectAltName=IP:127.0.0.1 -out certificate.pem -keyout key.pem"
    subprocess.run(["openssl", *request.split(), *names.split()], check=True, capture_output=True, cwd=folder)


def server_context(folder: Path) -> ssl.SSLContext:
    """Return the server's context with the certificate of ``self_signed``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
