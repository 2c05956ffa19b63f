"""Tokens of links to alerts: short, ours, and not for ever."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.dispatch.alert_links import (
    LASTS,
    AlertLink,
    AlertTokenError,
    marked_recipient,
    read_alert_link,
    reader_mark,
    sign_alert_link,
)
from distributor.dispatch.unsubscribe import Unsubscription, sign_unsubscription
from distributor.errors import SettingsError

NOW = datetime(2026, 6, 10, 7, 0, tzinfo=UTC)
SECRET, OTHER = "a" * 32, "b" * 32
LINK = AlertLink(incident_id="9f3a0c1d2e4b5a69-e3", reader=reader_mark("P0042", secrets=(SECRET,)))


@given(incident=st.text(), reader=st.text())
@example(incident="a.b~c%d", reader="Øvre [nord].~7E")
def test_token_comes_back_whole(incident: str, reader: str) -> None:
    """Any incident and mark, in signs that need no quoting in an address."""
    link = AlertLink(incident_id=incident, reader=reader)
    token = sign_alert_link(link, secrets=(SECRET,), now=NOW)

    assert re.fullmatch(r"[A-Za-z0-9._~-]+", token)
    assert link == read_alert_link(token, secrets=(SECRET,), now=NOW)


def test_token_leaves_room_in_a_text_message() -> None:
    """A usual one takes 52 signs, which with a short address leaves half of the message."""
    assert 52 >= len(sign_alert_link(LINK, secrets=(SECRET,), now=NOW))


def test_reader_is_known_by_the_mark_to_us_alone() -> None:
    """The token shows no recipient; of those in the directory the one is found, also by an older secret, or nobody."""
    people = [f"P{number:04}" for number in range(200)]
    token = sign_alert_link(LINK, secrets=(SECRET,), now=NOW)

    assert "P0042" not in token
    assert "P0042" == marked_recipient(LINK.reader, people, secrets=(SECRET, OTHER))
    assert marked_recipient(LINK.reader, people[:42], secrets=(SECRET,)) is None
    assert marked_recipient(LINK.reader, people, secrets=(OTHER,)) is None


def test_token_lasts_thirty_days() -> None:
    """It holds to the end of the last day and not longer; with a clock that was put back it holds as well."""
    token = sign_alert_link(LINK, secrets=(SECRET,), now=NOW)

    for now in (NOW - timedelta(minutes=1), NOW + LASTS):
        assert LINK == read_alert_link(token, secrets=(SECRET,), now=now)
    with pytest.raises(AlertTokenError):
        read_alert_link(token, secrets=(SECRET,), now=NOW + LASTS + timedelta(seconds=1))


def test_older_secret_is_still_read() -> None:
    """A secret is replaced by adding the new one behind it; one that is taken away ends its tokens."""
    token = sign_alert_link(LINK, secrets=(SECRET,), now=NOW)

    assert LINK == read_alert_link(token, secrets=(SECRET, OTHER), now=NOW)
    with pytest.raises(AlertTokenError):
        read_alert_link(token, secrets=(OTHER,), now=NOW)


@pytest.mark.parametrize("token", ["", ".", "nonsense", "æ", "a.b.c.d", "9f3a-e3.P0042.aAaAaA.AAAAAAAAAAAAAAAA"])
def test_forged_token_is_refused(token: str) -> None:
    """What we have not signed tells nothing."""
    with pytest.raises(AlertTokenError):
        read_alert_link(token, secrets=(SECRET,), now=NOW)


def test_token_for_something_else_is_none() -> None:
    """A link to unsubscribe, or one letter changed, opens no alert."""
    token = sign_alert_link(LINK, secrets=(SECRET,), now=NOW)
    unsubscribe = sign_unsubscription(Unsubscription(delivery_key="k", report="r"), secrets=(SECRET,))

    for wrong in (
        unsubscribe,
        token.replace(LINK.reader, reader_mark("P0043", secrets=(SECRET,))),
        token.replace("-e3", "-e4"),
    ):
        with pytest.raises(AlertTokenError):
            read_alert_link(wrong, secrets=(SECRET,), now=NOW)


def test_short_secret_is_refused() -> None:
    """A secret that could be guessed signs nothing."""
    with pytest.raises(SettingsError, match="at least 32 characters"):
        sign_alert_link(LINK, secrets=("short",), now=NOW)
