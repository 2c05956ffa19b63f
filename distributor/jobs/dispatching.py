"""The threads that empty the outbox, while packs are made and after."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from channels.channel import Channel
from channels.sms import SmsLimits
from distributor.dispatch.backoff import Backoff
from distributor.dispatch.breaker import BreakerRules, Breakers
from distributor.dispatch.bundles import SMS, join_text_messages
from distributor.dispatch.outbox import Outbox
from distributor.dispatch.sender import Sender
from distributor.dispatch.sms_stages import company, text_message_cap
from distributor.dispatch.stages import Stage, circuit, in_thread, not_sent_yet, quiet_hours, wanted, within_deadline
from distributor.jobs.application import Application
from distributor.jobs.messages import Composer
from distributor.jobs.wishes import Quiet, Wishes
from distributor.process_name import is_dead, is_of_earlier_boot, part_name
from distributor.settings import DispatchSettings
from recipients.directory import Roster

_LOOK_S = 0.2

Lane = tuple[str, ...]


@dataclass(slots=True)
class Dispatching:
    """Threads at work on the outbox.

    Attributes:
        run_id: Whose deliveries; "" for all.
        lanes: The channels of each thread.
    """

    outbox: Outbox
    run_id: str
    lanes: tuple[Lane, ...]
    _stop: threading.Event = field(default_factory=threading.Event)
    _nothing_more: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)
    _errors: list[BaseException] = field(default_factory=list)

    def start(self) -> None:
        for number, lane in enumerate(self.lanes):
            thread = threading.Thread(target=self._work, args=(part_name(f"outbox{number}"), lane), daemon=True)
            thread.start()
            self._running.append(thread)

    def finish(self) -> None:
        """Wait until nothing more is due, and end the threads.

        Raises:
            BaseException: What ended a thread.
        """
        self._nothing_more.set()
        self._join()
        self.check()

    def stop(self) -> None:
        """End the threads when the messages in hand are done; the rest stays in the outbox."""
        self._stop.set()
        self._join()

    def check(self) -> None:
        """Raise what ended a thread, be it before the end."""
        if self._errors:
            raise self._errors[0]

    def _join(self) -> None:
        for thread in self._running:
            while thread.is_alive():  # in short waits, so that Ctrl-C is heard
                thread.join(_LOOK_S)
        self._running.clear()

    def _work(self, owner: str, lane: Lane) -> None:
        try:
            while not self._stop.is_set():
                is_last = self._nothing_more.is_set()
                taken = self.outbox.drain(owner, run_id=self.run_id, channels=lane, stop=self._stop)
                if not taken:
                    if is_last:
                        return
                    self._nothing_more.wait(_LOOK_S)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which records it
            self._errors.append(error)


@contextmanager
def dispatching(app: Application, *, roster: Roster, outbox: Path, run_id: str) -> Iterator[Dispatching]:
    """Send what comes into the outbox of a run during the block, and at its end all that is due by then.

    A block that fails, or is stopped by hand, ends the threads after the messages in hand.
    """
    channels = app.channels(outbox)
    box = make_outbox(app, channels, roster)
    box.settle_lost()
    at_work = Dispatching(outbox=box, run_id=run_id, lanes=lanes(app))
    at_work.start()
    try:
        yield at_work
        at_work.finish()
    except BaseException:
        at_work.stop()
        raise
    finally:
        for channel in channels.values():
            channel.close()


def make_outbox(
    app: Application, channels: Mapping[str, Channel], roster: Roster, *, breakers: Breakers | None = None
) -> Outbox:
    """Wire the outbox of this process.

    Args:
        app: The application.
        channels: Open channels.
        roster: Branches and people.
        breakers: What is known of transports that are down; by default nothing.
    """
    settings = app.settings.dispatch
    breakers = breakers or make_breakers(settings)
    composer = Composer(
        ledger=app.ledger,
        store=app.store,
        branch_names={branch.branch_id: branch.name for branch in roster.tree.branches},
        public_url=app.settings.service.public_url,
        secret=app.settings.service.resolve_secret(),
    )
    sender = Sender(
        ledger=app.ledger,
        channels=channels,
        compose=composer.compose,
        stages=_stages(app, roster, breakers),
        clock=app.clock,
        breakers=breakers,
        backoff=Backoff(first=settings.first_retry, longest=settings.longest_retry),
        lease=settings.claim,
        joins={SMS: partial(join_text_messages, pages=_pages(app))},
    )
    return Outbox(sender=sender, is_dead=is_dead, is_of_earlier_boot=is_of_earlier_boot)


def make_breakers(settings: DispatchSettings) -> Breakers:
    """Return circuit breakers that know of no trouble."""
    return Breakers(rules=BreakerRules(threshold=settings.pause_after, pause=settings.pause))


def _stages(app: Application, roster: Roster, breakers: Breakers) -> tuple[Stage, ...]:
    """Return the stages in their order: first what ends a delivery, then what puts it off."""
    wishes = Wishes(app)
    quiet = Quiet(
        hours=dict(app.settings.dispatch.quiet_hours.items()),
        default_zone=app.catalogue.organisation.timezone,
        tree=roster.tree,
    )
    return (
        within_deadline(breakers),
        not_sent_yet(app.ledger),
        wanted(wishes.why_not),
        in_thread(app.ledger),
        quiet_hours(quiet.next_allowed),
        *_text_message_stages(app),
        circuit(breakers),
    )


def _text_message_stages(app: Application) -> tuple[Stage, ...]:
    sms = app.settings.channels.sms
    if sms is None:
        return ()
    limits = SmsLimits(per_person_a_day=sms.per_person_a_day, a_month=sms.per_month)
    zone = ZoneInfo(app.catalogue.organisation.timezone)
    return (
        company(app.ledger, window=timedelta(seconds=sms.bundle_s)),
        text_message_cap(app.ledger, limits, zone=zone),
    )


def _pages(app: Application) -> str:
    """Return how links to the page of an incident begin; it lists what else its reader was told."""
    public_url = app.settings.service.public_url
    return f"{public_url}/a/" if public_url else ""


def lanes(app: Application) -> tuple[Lane, ...]:
    """Return the channels of each thread: as many messages may be under way at the same time.

    Each vendor has threads of its own, so that one who is slow, or takes a message a second, keeps nobody else's
    waiting. Text messages have one, so that two to one person are never counted against the cap at the same time.
    """
    given = app.settings.channels
    mail: Lane = ("email", "folder")
    found = [mail] * (given.email.connections if given.email else 1)
    if given.slack:
        found += [("slack",)] * given.slack.connections
    if given.sms:
        found.append(("sms",))
    return tuple(found)
