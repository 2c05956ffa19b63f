"""Messages to be sent now: what is to be said to each reader, put into the threads in which it was begun.

A thread is what one reader got over one channel about incidents of one rule family, region and severity, from the
message that opened it to the last answer in it. What was said where is the only memory: planned again, from the same
log, it is the same messages.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from distributor.alerting.annotations import Annotations
from distributor.alerting.grouping import group
from distributor.alerting.incidents import Incident, incident_id
from distributor.alerting.notices import Decision, Notice, NoticeKind, Sent, Terms, decide
from distributor.alerting.reasons import Sending
from distributor.ledger.records import Relation

_KEY_LENGTH = 32
# What one message says; ends of two kinds are two messages.
_TOGETHER = (NoticeKind.FIRED, NoticeKind.REPEATED, NoticeKind.RESOLVED, NoticeKind.RETRACTED)
_ENDS = {NoticeKind.RESOLVED: Sending.RESOLVED, NoticeKind.RETRACTED: Sending.RETRACTED}


@dataclass(frozen=True, slots=True, order=True)
class Reader:
    """One recipient on one channel."""

    channel: str
    recipient_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """That a reader is to hear of an incident, and why."""

    incident_id: str
    reader: Reader
    reason: Sending = Sending.FIRST
    unstaffed: tuple[str, ...] = ()  # who should have been asked and had nobody on shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice that a reader got."""

    notice: Notice
    reader: Reader
    thread: str  # key of the message that opened it
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """One message to one reader.

    Attributes:
        key: Of an edit the same for the same look; else made of what is said, to whom, and when that was decided:
            that nothing is said twice is for the keys of the notices to see to.
        thread: Key of the message that opened the thread; its own where it opens one.
        notices: What it says; an edit says nothing new.
        incidents: What it is about, the largest excess first.
        standing: All incidents of the thread, the largest excess first.
    """

    key: str
    reader: Reader
    relation: Relation
    thread: str
    reason: Sending
    notices: tuple[Notice, ...]
    incidents: tuple[Incident, ...]
    standing: tuple[Incident, ...]
    unstaffed: tuple[str, ...] = ()

    def notice_key(self, notice: Notice) -> str:
        return notice.key(channel=self.reader.channel, recipient_id=self.reader.recipient_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What messages are planned from.

    Attributes:
        incidents: How they stand: all that fire, and all that are in the threads of the log.
        log: What was said in these threads and is not known to have failed.
        hearings: Who is to hear of what fires.
        terms: By channel.
        editable: Channels on which a message that stands can be changed.
        known: Keys of notices and messages that are there already, whatever became of them.
    """

    incidents: Sequence[Incident]
    log: Sequence[Told]
    hearings: Sequence[Hearing]
    annotations: Annotations
    terms: Callable[[str], Terms]
    editable: Collection[str]
    known: Collection[str]
    now: datetime


def plan_messages(planning: Planning) -> tuple[PlannedMessage, ...]:
    """Return the messages to be sent now, reader by reader; the order of what is given does not matter."""
    logs: defaultdict[Reader, list[Told]] = defaultdict(list)
    for told in sorted(planning.log, key=lambda one: (one.at, one.thread, one.notice.incident_id, one.notice.kind)):
        logs[told.reader].append(told)
    hearings: defaultdict[Reader, dict[str, Hearing]] = defaultdict(dict)
    for hearing in sorted(
        planning.hearings, key=lambda one: (one.incident_id, one.reason != Sending.FIRST, one.reason)
    ):
        hearings[hearing.reader].setdefault(hearing.incident_id, hearing)
    standing = {one.id: one for one in planning.incidents}
    readers = sorted(logs.keys() | hearings.keys())
    return tuple(
        message
        for reader in readers
        for message in _Desk(
            planning=planning, reader=reader, log=logs[reader], hearings=hearings[reader], standing=standing
        ).messages()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One reader's threads."""

    planning: Planning
    reader: Reader
    log: Sequence[Told]
    hearings: Mapping[str, Hearing]
    standing: Mapping[str, Incident]

    def messages(self) -> Iterator[PlannedMessage]:
        threads: defaultdict[str, list[Told]] = defaultdict(list)
        for told in self.log:
            threads[told.thread].append(told)
        joining: defaultdict[str, list[Incident]] = defaultdict(list)
        for incident in self._untold():
            joining[self._thread_for(incident, threads)].append(incident)
        for thread, log in threads.items():
            yield from self._in_thread(thread, log, joining[thread])
        for opened in _openings(joining.get("", ()), self.hearings):
            yield from self._said(self._decided((), opened), opened, thread="")

    def _untold(self) -> list[Incident]:
        told = {one.notice.incident_id for one in self.log if one.notice.kind is NoticeKind.FIRED}
        heard = (self.standing[one] for one in sorted(self.hearings) if one in self.standing)
        return [incident for incident in heard if incident.is_firing and incident.id not in told]

    def _thread_for(self, incident: Incident, threads: Mapping[str, Sequence[Told]]) -> str:
        """Return the thread that an incident joins: of its earlier flapping, or of the same group; "" for none."""
        flaps = range(incident.flapping_since or incident.episode, incident.episode)
        earlier = {incident_id(incident.key, episode=episode) for episode in flaps}
        for thread, log in threads.items():
            if earlier & {told.notice.incident_id for told in log}:
                return thread
        for thread, log in threads.items():
            if any(_is_alike(one, incident) for one in self._members(log)):
                return thread
        return ""

    def _members(self, log: Iterable[Told]) -> tuple[Incident, ...]:
        ids = dict.fromkeys(told.notice.incident_id for told in log)
        return tuple(self.standing[one] for one in ids if one in self.standing)

    def _in_thread(self, thread: str, log: Sequence[Told], joining: Sequence[Incident]) -> Iterator[PlannedMessage]:
        members = (*self._members(log), *joining)
        decision = self._decided([Sent(notice=told.notice, sent_at=told.at) for told in log], members)
        said = tuple(self._said(decision, members, thread=thread))
        if self.reader.channel in self.planning.editable:
            new = {notice.incident_id for message in said for notice in message.notices}
            shown = tuple(one for one in members if one not in joining or one.id in new)
            yield from self._edit(thread, shown, opened_at=log[0].at, is_joined=len(shown) > len(self._members(log)))
        yield from said

    def _decided(self, log: Sequence[Sent], incidents: Sequence[Incident]) -> Decision:
        return decide(
            log,
            incidents,
            terms=self.planning.terms(self.reader.channel),
            annotations=self.planning.annotations,
            now=self.planning.now,
        )

    def _said(self, decision: Decision, members: Sequence[Incident], *, thread: str) -> Iterator[PlannedMessage]:
        """Yield a message for each kind of thing that is said."""
        standing = _by_excess(members)
        for kind in _TOGETHER:
            notices = tuple(one for one in decision.notices if one.kind is kind and self._may_be_said(one))
            if not notices:
                continue
            about = {one.incident_id for one in notices}
            reason, unstaffed = self._reason(decision, kind, about)
            keys = [one.key(channel=self.reader.channel, recipient_id=self.reader.recipient_id) for one in notices]
            key = _key(thread or "root", self.planning.now.isoformat(), *keys)
            yield PlannedMessage(
                key=key,
                reader=self.reader,
                relation=Relation.reply if thread else Relation.root,
                thread=thread or key,
                reason=reason,
                notices=notices,
                incidents=tuple(one for one in standing if one.id in about),
                standing=standing if thread else tuple(one for one in standing if one.id in about),
                unstaffed=unstaffed,
            )

    def _may_be_said(self, notice: Notice) -> bool:
        """Return whether it is new; what goes on is repeated only to those who would hear of it today."""
        key = notice.key(channel=self.reader.channel, recipient_id=self.reader.recipient_id)
        is_wanted = notice.kind is not NoticeKind.REPEATED or notice.incident_id in self.hearings
        return is_wanted and key not in self.planning.known

    def _reason(self, decision: Decision, kind: NoticeKind, about: set[str]) -> tuple[Sending, tuple[str, ...]]:
        if kind in _ENDS:
            return _ENDS[kind], ()
        assert isinstance(decision.reason, Sending)
        if kind is NoticeKind.FIRED:
            asked = {(self.hearings[one].reason, self.hearings[one].unstaffed) for one in about}
            if len(asked) == 1 and (only := asked.pop())[0] is not Sending.FIRST:
                return only
        return decision.reason, ()

    def _edit(
        self, thread: str, shown: Sequence[Incident], *, opened_at: datetime, is_joined: bool
    ) -> Iterator[PlannedMessage]:
        """Yield the message that stands anew, if what it shows has changed since it was sent."""
        acks = [one for one in self.planning.annotations.acks if one.incident_id in {each.id for each in shown}]
        changes = [one.changed_at for one in shown if one.changed_at] + [ack.made_at for ack in acks]
        if not is_joined and not any(at > opened_at for at in changes):
            return
        looks = [f"{one.id} {one.phase} {one.severity} {one.changed_at}" for one in shown]
        looks += [f"{ack.incident_id} acknowledged {ack.made_at}" for ack in acks]
        key = _key("edit", thread, *sorted(looks))
        if key in self.planning.known:
            return
        standing = _by_excess(shown)
        yield PlannedMessage(
            key=key,
            reader=self.reader,
            relation=Relation.edit,
            thread=thread,
            reason=Sending.CHANGED,
            notices=(),
            incidents=standing,
            standing=standing,
        )


def _openings(incidents: Iterable[Incident], hearings: Mapping[str, Hearing]) -> Iterator[tuple[Incident, ...]]:
    """Yield what opens a thread together: of one family, region and severity, and for the same reason."""
    by_reason: defaultdict[tuple[str, tuple[str, ...]], list[Incident]] = defaultdict(list)
    for one in incidents:
        by_reason[hearings[one.id].reason, hearings[one.id].unstaffed].append(one)
    for _, alike in sorted(by_reason.items()):
        yield from (each.incidents for each in group(alike))


def _is_alike(member: Incident, incident: Incident) -> bool:
    """Return whether a thread in which *member* still fires is the one for *incident*."""
    same = (member.family, member.region_id, member.severity) == (
        incident.family,
        incident.region_id,
        incident.severity,
    )
    return member.is_firing and same


def _by_excess(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda one: (not one.is_firing, -abs(one.excess), one.id)))


def _key(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:_KEY_LENGTH]
