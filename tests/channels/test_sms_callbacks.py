"""What the provider tells us: signed, read, and what people answer."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio_server import TwilioServer

from channels.message import Message
from channels.sms import (
    MESSAGE_PARAMETER,
    InboundKind,
    SmsChannel,
    SmsState,
    SmsStatus,
    UnreadableCallbackError,
    is_from_provider,
    parse_inbound,
    parse_status,
)

# Source: twilio.com/docs/usage/security and the provider's libraries, the worked example.
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


class TestSignature:
    def test_providers_own_example_holds(self) -> None:
        """The request in the provider's documentation is the provider's."""
        assert is_from_provider(URL, FORM, signature=SIGNATURE, auth_token=TOKEN)

    @pytest.mark.parametrize(
        ("url", "form", "signature", "token"),
        [
            (URL + "&x=1", FORM, SIGNATURE, TOKEN),
            (URL.replace("https", "http"), FORM, SIGNATURE, TOKEN),
            (URL, {**FORM, "Digits": "1235"}, SIGNATURE, TOKEN),
            (URL, {**FORM, "Extra": ""}, SIGNATURE, TOKEN),
            (URL, FORM, "", TOKEN),
            (URL, FORM, SIGNATURE, ""),
            (URL, FORM, SIGNATURE, "54321"),
            (URL, FORM, "ø" * len(SIGNATURE), TOKEN),
        ],
    )
    def test_tampered_requests_are_refused(self, url: str, form: dict[str, str], signature: str, token: str) -> None:
        """Another address, field, signature or token is not the provider's."""
        assert not is_from_provider(url, form, signature=signature, auth_token=token)

    @given(form=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4), signature=st.text())
    def test_anything_may_come(self, form: dict[str, str], signature: str) -> None:
        """No request makes the check fail otherwise than by saying no."""
        assert not is_from_provider(URL, form, signature=signature, auth_token=TOKEN)


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("sent", SmsState.sent), ("delivered", SmsState.delivered), ("read", SmsState.delivered),
            ("undelivered", SmsState.undelivered), ("failed", SmsState.failed), ("canceled", SmsState.failed),
        ],
    )  # fmt: skip
    def test_status_is_read(self, status: str, state: SmsState) -> None:
        """Each final word of the provider has one of ours."""
        read = parse_status(
            {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30005"}, message_id="<abc@union.example>"
        )
        assert SmsStatus(sid="SM1", status=state, code=30005, message_id="<abc@union.example>") == read

    @pytest.mark.parametrize("status", ["accepted", "scheduled", "queued", "sending"])
    def test_message_on_its_way_says_nothing(self, status: str) -> None:
        """What is no result yet is None."""
        assert parse_status({"MessageSid": "SM1", "MessageStatus": status}) is None

    @pytest.mark.parametrize(
        "form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}, {"MessageSid": "SM1", "MessageStatus": "x"}]
    )
    def test_what_is_no_status_is_an_error(self, form: dict[str, str]) -> None:
        """A request without id or known status is not read as anything."""
        with pytest.raises(UnreadableCallbackError):
            parse_status(form)

    def test_status_of_a_sent_message_finds_its_delivery(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """The callback of a message is signed, names it, and carries the delivery's key without a person in it."""
        receipt = sms_channel.send(text_message, now=twilio.now)
        url, form, signature = twilio.become(receipt.transport_id, "undelivered", code=30003)
        assert is_from_provider(url, form, signature=signature, auth_token=TOKEN)
        [message_id] = parse_qs(urlsplit(url).query)[MESSAGE_PARAMETER]
        status = parse_status(form, message_id=message_id)
        assert text_message.message_id == message_id
        assert status is not None
        assert (receipt.transport_id, SmsState.undelivered, 30003) == (status.sid, status.status, status.code)


class TestInbound:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("STOP", InboundKind.stop), (" stopp. ", InboundKind.stop), ("Unsubscribe", InboundKind.stop),
            ("AFMELD", InboundKind.stop), ("start", InboundKind.start), ("UNSTOP", InboundKind.start),
            ("1", InboundKind.ack), (" 1 ", InboundKind.ack), ("1.", InboundKind.ack),
            ("11", InboundKind.other), ("stop sending 1", InboundKind.other), ("", InboundKind.other),
            ("ok", InboundKind.other), ("😀", InboundKind.other),
        ],
    )  # fmt: skip
    def test_words_are_understood(self, body: str, kind: InboundKind) -> None:
        """STOP, START and 1 count as whole messages only, in any case."""
        inbound = parse_inbound({"MessageSid": "SM1", "From": "+4791234567", "Body": body})
        assert kind is inbound.kind
        assert "+47" not in repr(inbound)

    @pytest.mark.parametrize(
        ("opt", "kind"), [("STOP", InboundKind.stop), ("START", InboundKind.start), ("HELP", InboundKind.other)]
    )
    def test_providers_reading_decides(self, opt: str, kind: InboundKind) -> None:
        """Words set up at the provider, in any language, come with its reading of them."""
        form = {"MessageSid": "SM1", "From": "+4791234567", "Body": "nei takk", "OptOutType": opt}
        assert kind is parse_inbound(form).kind

    @pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1", "Body": "1"}, {"From": "+4791234567", "Body": "1"}])
    def test_what_is_no_message_is_an_error(self, form: dict[str, str]) -> None:
        """A request without sender or id is not read as anything."""
        with pytest.raises(UnreadableCallbackError):
            parse_inbound(form)
