"""Clicks in Slack: done after Slack has its answer, and told to the one who clicked."""

from collections.abc import Mapping
from datetime import timedelta

from channels.errors import PermanentDeliveryError, TransientDeliveryError
from channels.slack import Click, SlackChannel, SlackReplyError, parse_clicks
from distributor.alerting.annotations import SnoozeUntil
from distributor.dispatch.alert_links import AlertTokenError, read_alert_link
from distributor.jobs.application import Application
from distributor.jobs.incident_desk import SNOOZE_DAYS, Answer, Ask, IncidentDesk
from distributor.ledger.errors import LedgerError
from distributor.telemetry import log_event, log_trouble
from recipients.people import Recipient
from renderers.language import formatter

ACKNOWLEDGE, SNOOZE, NOT_USEFUL = "acknowledge", "snooze", "not_useful"
# The choices of the menu: until when, and for how long from now.
_CHOICES: Mapping[str, tuple[SnoozeUntil, timedelta | None]] = {
    "next_data": (SnoozeUntil.NEXT_DATA, None),
    "7d": (SnoozeUntil.DATE, SNOOZE_DAYS),
    "resolved": (SnoozeUntil.RESOLVED, None),
}
_SLACK = "slack"


def carry_out_clicks(app: Application, desk: IncidentDesk, body: bytes) -> None:
    """Do what the clicks in a signed request ask for, and tell each to the one who clicked.

    Raises:
        UnreadableClickError: It is no such request.
        TransientDeliveryError: Slack could not be asked who clicked.
        LedgerError: Nothing can be recorded now.
    """
    channel = app.channels(app.settings.outbox.path)[_SLACK]
    assert isinstance(channel, SlackChannel)
    for click in parse_clicks(body):
        if click.action in (ACKNOWLEDGE, SNOOZE, NOT_USEFUL):  # a button that opens a page is told of as well
            _carry_out(app, desk, channel, click)


def _carry_out(app: Application, desk: IncidentDesk, channel: SlackChannel, click: Click) -> None:
    language: str = app.catalogue.organisation.languages[0]
    try:
        person = _clicker(app, channel, click)
        language = (person and person.language) or language
        answer = _answer(app, desk, click, person)
    except (LedgerError, TransientDeliveryError):
        raise  # it is tried again
    except Exception:
        _tell(channel, click, formatter(language).word("desk_said_failed"))
        raise
    log_event("slack_click_done", action=click.action, answer=answer)
    _tell(channel, click, formatter(language).word(f"desk_said_{answer}"))


def _tell(channel: SlackChannel, click: Click, text: str) -> None:
    try:
        channel.answer_privately(click.response_url, text)
    except SlackReplyError as error:  # what the click did stays done
        log_trouble("slack_answer_lost", error)


def _answer(app: Application, desk: IncidentDesk, click: Click, person: Recipient | None) -> Answer:
    choice, _, token = click.value.rpartition(":")
    try:
        link = read_alert_link(token, secrets=(app.settings.service.resolve_secret(),), now=app.clock.now())
    except AlertTokenError:
        return Answer.unknown
    if person is None:
        return Answer.forbidden
    ask = Ask(incident_id=link.incident_id, recipient_id=person.recipient_id, over=_SLACK)
    if click.action == ACKNOWLEDGE:
        return desk.acknowledge(ask)
    if click.action == NOT_USEFUL:
        return desk.not_useful(ask)
    until, length = _CHOICES.get(choice, _CHOICES["next_data"])
    return desk.snooze(ask, until, expires_at=app.clock.now() + length if length else None)


def _clicker(app: Application, channel: SlackChannel, click: Click) -> Recipient | None:
    """Return who clicked: the recipient with the e-mail address that Slack knows them by, or with their id there."""
    everyone = app.directory.load().recipients
    by_id = next((one for one in everyone if one.address(_SLACK) == click.user_id), None)
    if by_id is not None:
        return by_id
    try:
        email = channel.email_of(click.user_id).casefold()
    except PermanentDeliveryError:
        return None  # Slack does not tell: whoever it is may not
    return next((one for one in everyone if email and (one.address("email") or "").casefold() == email), None)
