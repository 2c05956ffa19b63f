"""Clicks: signed by Slack, read, and answered privately."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import slack_server
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, Trouble
from slack_server import SlackServer

from channels.slack import (
    Click,
    SlackConfig,
    SlackReplyError,
    UnreadableClickError,
    answer_privately,
    is_from_slack,
    parse_clicks,
)

# Source: docs.slack.dev/authentication/verifying-requests-from-slack, the worked example.
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TIMESTAMP = "1531420618"
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
NOW = datetime.fromtimestamp(int(TIMESTAMP), UTC)


def _is_from_slack(
    body: bytes = BODY,
    *,
    timestamp: str = TIMESTAMP,
    signature: str = SIGNATURE,
    secret: str = SECRET,
    now: datetime = NOW,
) -> bool:
    return is_from_slack(body, timestamp=timestamp, signature=signature, signing_secret=secret, now=now)


class TestSignature:
    def test_slacks_own_example_holds(self) -> None:
        """The request in Slack's documentation is Slack's."""
        assert _is_from_slack()

    @pytest.mark.parametrize(
        ("minutes", "is_ours"), [(-5, True), (5, True), (-5.1, False), (5.1, False), (1440, False)]
    )
    def test_old_requests_are_refused(self, minutes: float, is_ours: bool) -> None:
        """Five minutes to either side; a request played again later is not Slack's."""
        assert is_ours is _is_from_slack(now=NOW + timedelta(minutes=minutes))

    @pytest.mark.parametrize(
        "change",
        [
            {"body": BODY + b"&x=1"}, {"body": BODY.replace(b"U2CERLKJA", b"U2CERLKJB")}, {"body": b"\xff"},
            {"timestamp": "1531420619"}, {"timestamp": ""}, {"timestamp": "-1"}, {"timestamp": "1e9"},
            {"timestamp": "١٥٣١٤٢٠٦١٨"}, {"timestamp": "9" * 400}, {"signature": ""}, {"signature": SIGNATURE[:-1]},
            {"signature": SIGNATURE.upper()}, {"signature": "v0=æøå"}, {"secret": "other"}, {"secret": ""},
        ],
    )  # fmt: skip
    def test_tampered_requests_are_refused(self, change: dict[str, object]) -> None:
        """Another body, time, signature or secret, and headers of nonsense, are not Slack's, and no error."""
        assert not _is_from_slack(**change)

    @given(body=st.binary(), timestamp=st.text(), signature=st.text())
    def test_anything_may_come(self, body: bytes, timestamp: str, signature: str) -> None:
        """No request makes the check fail otherwise than by saying no."""
        assert not _is_from_slack(body, timestamp=timestamp, signature=signature)


def _payload(**changes: object) -> dict[str, object]:
    return {
        "type": "block_actions",
        "team": {"id": "T1", "domain": "union"},
        "user": {"id": "U0KARIAAA", "username": "kari", "team_id": "T1"},
        "container": {"type": "message", "message_ts": "1780290001.000001", "channel_id": "C0REGION1"},
        "response_url": "https://hooks.slack.com/actions/T1/1/x",
        "actions": [{"type": "button", "action_id": "ack", "block_id": "b", "value": "9f3a", "action_ts": "1.2"}],
        "trigger_id": "1.2.3",
        **changes,
    }


def _body(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


class TestParsing:
    def test_button_is_read(self) -> None:
        """A click tells who, what, on which message, and where an answer goes."""
        click = Click(
            action="ack",
            value="9f3a",
            user_id="U0KARIAAA",
            team_id="T1",
            response_url="https://hooks.slack.com/actions/T1/1/x",
            message_ts="1780290001.000001",
            channel="C0REGION1",
        )
        assert (click,) == parse_clicks(_body(_payload()))
        assert "C0REGION1/1780290001.000001" == click.transport_id
        assert "hooks" not in repr(click)

    def test_choice_in_a_menu_is_read(self) -> None:
        """Of a menu the value of the choice counts."""
        chosen = {"type": "static_select", "action_id": "snooze", "selected_option": {"value": "9f3a:7d"}}
        [click] = parse_clicks(_body(_payload(actions=[chosen])))
        assert ("snooze", "9f3a:7d") == (click.action, click.value)

    def test_other_interactions_are_none(self) -> None:
        """A shortcut or a closed dialog holds no click."""
        assert () == parse_clicks(_body({"type": "view_closed", "view": {}}))

    @pytest.mark.parametrize(
        "body",
        [b"", b"payload=", b"x=1", b"\xff", b"payload=%7B", _body([]), _body({}), _body(_payload(user={})),
         _body(_payload(actions=[{"value": "x"}])), b"payload=%7B%7D&payload=%7B%7D"],
    )  # fmt: skip
    def test_what_slack_does_not_send_is_an_error(self, body: bytes) -> None:
        """A body that is no click is one error, which shows nothing of it."""
        with pytest.raises(UnreadableClickError, match="cannot be read"):
            parse_clicks(body)


class TestAnswers:
    @pytest.fixture
    def config(self, slack: SlackServer) -> SlackConfig:
        return SlackConfig(token=slack_server.TOKEN, reply_base_url=f"{slack.url}/", timeout_s=1)

    def test_only_who_clicked_sees_the_answer(self, slack: SlackServer, config: SlackConfig) -> None:
        """A stale button is answered privately, escaped, and the message stays."""
        answer_privately(config, f"{slack.url}/actions/T1/1/x", "<!here> is resolved already")
        [reply] = slack.replies
        assert ("ephemeral", False) == (reply["response_type"], reply["replace_original"])
        assert "&lt;!here&gt; is resolved already" == reply["text"]

    def test_nothing_goes_anywhere_else(self, slack: SlackServer, config: SlackConfig) -> None:
        """An address that is not Slack's is not written to."""
        with pytest.raises(SlackReplyError, match="not Slack's"):
            answer_privately(config, "http://169.254.169.254/actions/T1", "text")
        assert [] == slack.asked

    @pytest.mark.parametrize(
        "action", [Trouble.drop, Trouble.hang, Answer(status=500, body=b"no"), Answer(status=404, body=b"")]
    )
    def test_lost_answers_are_told(self, slack: SlackServer, config: SlackConfig, action: Answer | Trouble) -> None:
        """An answer that Slack did not take is an error of its own."""
        slack.script("actions", action)
        with pytest.raises(SlackReplyError):
            answer_privately(config, f"{slack.url}/actions/T1/1/x", "text")
