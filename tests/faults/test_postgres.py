"""The same on PostgreSQL: one run killed at every point in turn; two workers, one killed, and the server restarted."""

import os
import signal
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from small_union import SmallUnion, make_small_union
from stopped_runs import LATER, Child, Sink, assert_whole, make, with_mail_server

COMMITS = (
    "ledger.open_run", "ledger.take_lease", "ledger.move", "ledger.record_status", "ledger.record_plan",
    "ledger.record_run", "ledger.start_rendering", "ledger.record_packs", "store.put", "ledger.claim",
    "ledger.mark_sending", "channel.send", "ledger.record_attempt", "ledger.record_letter", "ledger.close_run",
    "ledger.drop_lease",
)  # fmt: skip


def on_postgres(folder: Path, postgres: PostgresServer, port: int, *, connections: int, locals_: int) -> SmallUnion:
    union = make_small_union(folder, extra_locals=locals_)
    ledger = f'\n[ledger]\nurl = "{postgres.new_database()}"\n'
    # The second worker's clock is an hour ahead: what the first is sending must not look given up.
    claims = "[dispatch]\nclaim_s = 7200\n"
    return with_mail_server(union, port, connections=connections, more=f"{ledger}\n{claims}")


def test_one_run_is_killed_at_every_point_in_turn(
    child: Child, sink: Sink, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Thirty-two processes, each killed further on before and after a commit, finish one run between them."""
    rehearsal = on_postgres(tmp_path / "rehearsal", postgres, sink.port, connections=1, locals_=0)
    reached = {what for what, _ in child.rehearse(rehearsal, "run") if not what.startswith("stage")}
    assert set(COMMITS) == reached
    union = on_postgres(tmp_path / "union", postgres, sink.port, connections=1, locals_=24)
    sink.forget()

    for what in COMMITS:
        for when in ("before", "after"):
            child.stopped(union, "resume", (what, when, 1))
    child.done(union, "resume")

    found = assert_whole(union, sink.mails(), sent=30)
    assert found.doubled <= found.unconfirmed
    assert len(found.unconfirmed) <= 6


def test_two_workers_share_a_run_while_one_is_killed_and_the_server_restarted(
    sink: Sink, postgres: PostgresServer, tmp_path: Path
) -> None:
    """240 deliveries, two processes with two connections each: only what the killed one had in hand is in question."""
    union = on_postgres(tmp_path / "union", postgres, sink.port, connections=2, locals_=234)
    make(union)
    with Child() as one, Child() as other:
        victim = one.start(union, "work", now=LATER)
        other.start(union, "work", now=LATER)
        sink.wait_for(60)
        os.kill(victim, signal.SIGKILL)
        assert -signal.SIGKILL == one.wait()
        sink.wait_for(120)
        postgres.restart()
        assert 0 == other.wait(), other.said

    found = assert_whole(union, sink.mails(), sent=240)
    assert found.doubled <= found.unconfirmed
    assert len(found.unconfirmed) <= 2


@pytest.mark.parametrize("restarts", [3])
def test_server_that_is_restarted_again_and_again_costs_nothing(
    restarts: int, child: Child, sink: Sink, postgres: PostgresServer, tmp_path: Path
) -> None:
    """A worker that lives through restarts of its database sends everything once, with nothing in question."""
    union = on_postgres(tmp_path / "union", postgres, sink.port, connections=2, locals_=114)
    make(union)
    child.start(union, "work", now=LATER)
    for number in range(1, restarts + 1):
        sink.wait_for(25 * number)
        postgres.restart()
    assert 0 == child.wait(), child.said

    found = assert_whole(union, sink.mails(), sent=120)
    assert (frozenset(), frozenset()) == (found.doubled, found.unconfirmed)
