"""Tokens of links to unsubscribe: ours are read back, all others are refused."""

import re
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from distributor.dispatch.unsubscribe import (
    SECRET_LENGTH,
    UnsubscribeTokenError,
    Unsubscription,
    read_unsubscription,
    sign_unsubscription,
)
from distributor.errors import SettingsError

OLD, NEW = "o" * SECRET_LENGTH, "n" * SECRET_LENGTH
WISH = Unsubscription(delivery_key="1f9ac2d07b3e4c5d8e6f7a8b9c0d1e2f", report="monthly_branch_pack")
TOKEN = sign_unsubscription(WISH, secrets=[NEW])


@given(st.builds(Unsubscription, delivery_key=st.text(), report=st.text()))
def test_token_is_read_back(wish: Unsubscription) -> None:
    """What was signed is what is read, and the token can stand in a URL as it is."""
    token = sign_unsubscription(wish, secrets=[NEW])

    assert wish == read_unsubscription(token, secrets=[NEW])
    assert re.fullmatch(r"[A-Za-z0-9._-]+", token)


def test_token_carries_key_and_report_alone() -> None:
    """Who unpacks a token finds the delivery's key and the report's name, and no person."""
    payload = TOKEN.removeprefix(".").partition(".")[0]

    assert TOKEN[0] != "."  # not packed
    assert f'["{WISH.delivery_key}","{WISH.report}"]'.encode() == urlsafe_b64decode(payload + "==")


def test_same_wish_has_the_same_token() -> None:
    """A message composed again is the same message, with the same link."""
    assert TOKEN == sign_unsubscription(WISH, secrets=[NEW])


def test_links_outlive_a_change_of_secret() -> None:
    """A token signed before a new secret was added is read as long as the old one is kept, and refused afterwards."""
    old = sign_unsubscription(WISH, secrets=[OLD])

    assert WISH == read_unsubscription(old, secrets=[OLD, NEW])
    assert TOKEN == sign_unsubscription(WISH, secrets=[OLD, NEW])
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscription(old, secrets=[NEW])


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_. ø"))
def test_changed_token_is_refused(place: int, letter: str) -> None:
    """A token with one letter changed is refused, or means the same: the last letter holds bits that stand for none."""
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]

    try:
        found = read_unsubscription(changed, secrets=[NEW])
    except UnsubscribeTokenError:
        return
    assert (WISH, True) == (found, changed == TOKEN or place == len(TOKEN) - 1)


@given(st.text(st.characters()))  # half a surrogate pair too
def test_any_other_text_is_refused(text: str) -> None:
    """No text that was not signed is a token, and none makes anything but the one error."""
    with pytest.raises(UnsubscribeTokenError, match="is not complete or not one of ours"):
        read_unsubscription(text, secrets=[NEW])


@pytest.mark.parametrize("content", [{"report": "a"}, ["a"], ["a", 1], "ab", None])
def test_signed_content_of_another_shape_is_refused(content: object) -> None:
    """Something else that we signed for the same purpose is no wish."""
    serializer = URLSafeSerializer(NEW, salt="unsubscribe", signer_kwargs={"digest_method": sha256})

    with pytest.raises(UnsubscribeTokenError):
        read_unsubscription(serializer.dumps(content), secrets=[NEW])


def test_token_for_another_purpose_is_refused() -> None:
    """The same secret signs other things too, which open nothing here."""
    other = URLSafeSerializer(NEW, salt="session").dumps([WISH.delivery_key, WISH.report])

    with pytest.raises(UnsubscribeTokenError):
        read_unsubscription(other, secrets=[NEW])


@pytest.mark.parametrize("secrets", [[], [""], ["short"], ["short", NEW]])
def test_secret_that_can_be_guessed_is_refused(secrets: list[str]) -> None:
    """Without a secret, or with a short one anywhere, nothing is signed and nothing read."""
    with pytest.raises(SettingsError, match="at least 32 characters"):
        sign_unsubscription(WISH, secrets=secrets)
    with pytest.raises(SettingsError, match="at least 32 characters"):
        read_unsubscription(TOKEN, secrets=secrets)


def test_error_does_not_repeat_the_token() -> None:
    """Neither the token nor a part of it is printed."""
    with pytest.raises(UnsubscribeTokenError) as caught:
        read_unsubscription("secret-stuff.x", secrets=[NEW])

    assert "secret-stuff" not in str(caught.value)
