"""The page of an incident, where who was told of it answers. Looking at it changes nothing: scanners follow links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from distributor.alerting.annotations import SnoozeUntil
from distributor.dispatch.alert_links import (
    AlertLink,
    AlertTokenError,
    marked_recipient,
    read_alert_link,
    sign_alert_link,
)
from distributor.jobs.alerts.incident_desk import (
    LONGEST_SNOOZE,
    SNOOZE_DAYS,
    Answer,
    Ask,
    Described,
    IncidentDesk,
    OtherIncident,
)
from distributor.jobs.application import Application
from distributor.portal.bodies import read_body, read_form
from distributor.portal.pages import draw_page
from renderers.formats import INTEGER
from renderers.language import Formatter, formatter

_LARGEST_BYTES = 10_000
_LONGEST_REASON = 500
_OVER = "page"
_BAD_DATE = "bad_date"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of what is known: what it is about, and what is so."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another incident that the reader was told of."""

    title: str
    url: str


def alert_routes(app: Callable[[], Application], desk: IncidentDesk) -> APIRouter:
    """Return the page (GET) and the acts (POST) of /a/{token}."""
    routes = APIRouter()
    pages = _AlertPages(app, desk)

    @routes.get("/a/{token}")
    def show(token: str) -> Response:
        return pages.show(token)

    @routes.post("/a/{token}")
    async def act(token: str, request: Request) -> Response:
        form = read_form(await read_body(request, largest_bytes=_LARGEST_BYTES))
        return await run_in_threadpool(pages.act, token, form)

    return routes


@dataclass(frozen=True, slots=True)
class _AlertPages:
    app: Callable[[], Application]
    desk: IncidentDesk

    def show(self, token: str, *, said: str = "") -> Response:
        link = self._link(token)
        ask = self._ask(link) if link else None
        described = self.desk.describe(ask) if ask else None
        if link is None or described is None:
            return draw_page("unknown.html", self.app().catalogue.organisation.languages[0], report="", status=404)
        words, zone = formatter(described.language), ZoneInfo(self.app().catalogue.organisation.timezone)
        now = self.app().clock.now()
        return draw_page(
            "alert.html",
            described.language,
            it=described,
            said=words.word(f"desk_said_{said}") if said else "",
            is_done=said in {one for one in Answer if one.is_done},
            rows=tuple(_rows(described, words, zone)),
            others=[self._other(one, link, words) for one in described.others],
            may_answer=described.may_act and described.incident.is_firing,
            first_day=now.astimezone(zone).date() + _DAY,
            last_day=now.astimezone(zone).date() + LONGEST_SNOOZE,
        )

    def act(self, token: str, form: Mapping[str, str]) -> Response:
        link = self._link(token)
        ask = self._ask(link) if link else None
        return self.show(token, said=self._answer(ask, form) if ask else "")

    def _answer(self, ask: Ask, form: Mapping[str, str]) -> str:
        """Return what became of what the form asks for, as the name of a phrase; "" where it asks for nothing."""
        match form.get("act", ""):
            case "acknowledge":
                return self.desk.acknowledge(ask)
            case "snooze":
                return self._snooze(ask, form)
            case "not_useful":
                return self.desk.not_useful(ask, reason=form.get("reason", "").strip()[:_LONGEST_REASON])
            case _:
                return ""

    def _snooze(self, ask: Ask, form: Mapping[str, str]) -> str:
        now = self.app().clock.now()
        match form.get("until", ""):
            case "resolved":
                return self.desk.snooze(ask, SnoozeUntil.RESOLVED)
            case "7d":
                return self.desk.snooze(ask, SnoozeUntil.DATE, expires_at=now + SNOOZE_DAYS)
            case "date":
                zone = ZoneInfo(self.app().catalogue.organisation.timezone)
                ends_at = _morning_of(form.get("on", ""), zone)
                if ends_at is None or not now < ends_at <= now + LONGEST_SNOOZE:
                    return _BAD_DATE
                return self.desk.snooze(ask, SnoozeUntil.DATE, expires_at=ends_at)
            case _:
                return self.desk.snooze(ask, SnoozeUntil.NEXT_DATA)

    def _link(self, token: str) -> AlertLink | None:
        app = self.app()
        try:
            return read_alert_link(token, secrets=(app.settings.service.resolve_secret(),), now=app.clock.now())
        except AlertTokenError:
            return None

    def _ask(self, link: AlertLink) -> Ask | None:
        """Return who asks about what; None where the reader is gone from the directory."""
        app = self.app()
        people = (one.recipient_id for one in app.directory.load().recipients)
        reader = marked_recipient(link.reader, people, secrets=(app.settings.service.resolve_secret(),))
        return None if reader is None else Ask(incident_id=link.incident_id, recipient_id=reader, over=_OVER)

    def _other(self, other: OtherIncident, link: AlertLink, words: Formatter) -> Other:
        app = self.app()
        token = sign_alert_link(
            replace(link, incident_id=other.incident_id),
            secrets=(app.settings.service.resolve_secret(),),
            now=app.clock.now(),
        )
        title = other.title if other.is_firing else words.word("desk_other_ended", title=other.title)
        return Other(title=title, url=token)


def _morning_of(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
    except ValueError:
        return None


def _rows(it: Described, words: Formatter, zone: ZoneInfo) -> list[Row]:
    incident = it.incident
    found = [Row(label=words.word("desk_status"), text=_status(it, words, zone))]
    if it.excess is not None:
        phrase = "desk_above" if it.is_above else "desk_below"
        number = words.value(round(it.excess), INTEGER)
        found.append(Row(label=words.word("desk_deviation"), text=words.word(phrase, number=number)))
    since = words.month(incident.since_on)
    if incident.times_in_12_months > 1:
        since = words.word("desk_since_times", since=since, times=incident.times_in_12_months)
    found.append(Row(label=words.word("desk_since"), text=since))
    found.append(Row(label=words.word("desk_data"), text=words.date(incident.data_on)))
    found.append(Row(label=words.word("desk_owner"), text=it.owner))
    return found


def _status(it: Described, words: Formatter, zone: ZoneInfo) -> str:
    incident = it.incident
    if incident.ended_at is not None:
        phrase = "desk_retracted" if incident.phase == "retracted" else "desk_resolved"
        return words.word(phrase, when=words.moment(incident.ended_at, zone))
    said = []
    if it.acknowledged is not None:
        who = it.acknowledged.who or words.word("desk_somebody")
        said.append(words.word("desk_acknowledged_by", who=who, when=words.moment(it.acknowledged.at, zone)))
    if it.snoozed is not None:
        match it.snoozed.until:
            case SnoozeUntil.DATE:
                assert it.snoozed.expires_at is not None
                text = words.moment(it.snoozed.expires_at, zone)
            case SnoozeUntil.RESOLVED:
                text = words.word("desk_until_resolved")
            case SnoozeUntil.NEXT_DATA:
                text = words.word("desk_until_next_data")
        said.append(words.word("desk_snoozed_until", until=text))
    return ". ".join(said) or words.word("desk_unanswered")
