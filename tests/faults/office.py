"""What the service does with the outbox, hour by hour on a clock that is set."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from small_union import NOW, SmallUnion

from channels.channel import Channel
from channels.email import EmailChannel, Security, SmtpConfig
from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.jobs.close_run import close_if_done
from distributor.jobs.dispatching import make_outbox
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, RunRecord, RunStatus

TURN = timedelta(minutes=10)


class Office:
    """One process at the outbox of a union.

    Attributes:
        clock: What everybody looks at.
    """

    def __init__(self, union: SmallUnion, port: int, *, patience_s: float = 0.3) -> None:
        self.clock = FrozenClock(NOW)
        smtp = SmtpConfig(
            host="127.0.0.1", port=port, security=Security.none, timeout_s=patience_s, verdict_timeout_s=patience_s
        )
        self._email = EmailChannel(smtp)
        self.app = replace(make_application(union.config, clock=self.clock), channels=self._channels)
        self._roster = self.app.directory.load()
        self._outbox = make_outbox(self.app, self._channels(union.outbox), self._roster)

    def _channels(self, outbox: Path) -> Mapping[str, Channel]:
        del outbox
        return {"email": self._email}

    @property
    def run(self) -> RunRecord:
        return self.app.ledger.runs()[-1]

    def counts(self) -> dict[DeliveryStatus, int]:
        return dict(self.app.ledger.counts(self.run.run_id))

    def deliveries(self, *statuses: DeliveryStatus) -> tuple[DeliveryRecord, ...]:
        return self.app.ledger.deliveries(
            DeliveryFilter(run_id=self.run.run_id, statuses=statuses, without_letters=True)
        )

    def letters(self) -> list[DeliveryRecord]:
        return [one for one in self.app.ledger.deliveries(DeliveryFilter()) if not one.branch_id]

    def turn(self) -> None:
        """Do what is due now."""
        self._outbox.settle_lost()
        self._outbox.drain("office")
        for run in self.app.ledger.runs(statuses=(RunStatus.sending,)):
            close_if_done(self.app, run.run_id, self._roster.tree)
        self._outbox.drain("office")

    def work(self, *, until: datetime, step: timedelta = TURN) -> None:
        """Do what is due, step after step, as long as there is anything."""
        self.turn()
        while self.clock.instant < until and self.app.ledger.next_due_at(("email",)) is not None:
            self.clock.instant += step
            self.turn()
        self.clock.instant = max(self.clock.instant, until)

    def work_for(self, length: timedelta) -> None:
        self.work(until=self.clock.instant + length)

    def close(self) -> None:
        self._email.close()
        self.app.ledger.close()
