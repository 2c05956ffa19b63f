"""Text messages handed to the provider, and what its answers mean."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import twilio_server
from loopback import Answer, Trouble
from twilio_server import NOW, TwilioServer, error

from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from channels.message import Message
from channels.sms import SmsChannel, SmsConfig, failure

POST = "POST Messages"
LIST = "GET Messages"


def _failure(channel: SmsChannel, message: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, now=NOW)
    return caught.value


def _channel(server: TwilioServer, **settings: object) -> SmsChannel:
    usual = {"account_sid": twilio_server.ACCOUNT, "auth_token": twilio_server.TOKEN, "sender": "UNION"}
    return SmsChannel(SmsConfig(**{**usual, "base_url": server.url, "timeout_s": 0.5, **settings}))


class TestSend:
    def test_message_reaches_the_provider(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """Number in E.164, our sender, the text; the receipt's id is the provider's."""
        receipt = sms_channel.send(text_message, now=NOW)
        [sent] = twilio.messages
        assert ("+4791234567", "+4759440000", text_message.text) == (sent["to"], sent["from"], sent["body"])
        assert (sent["sid"], NOW, "queued") == (receipt.transport_id, receipt.accepted_at, receipt.detail)

    def test_text_is_written_in_the_alphabet(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """Norwegian numbers and Sami names go out in GSM-7, as one segment."""
        text = "Kárášjohka: 1\N{NO-BREAK SPACE}284 medlemmer – " + "x" * 120
        sms_channel.send(replace(text_message, text=text), now=NOW)
        assert "Karasjohka: 1 284 medlemmer - " + "x" * 120 == twilio.messages[0]["body"]

    @pytest.mark.parametrize("text", ["a" * 161, "€" * 81, "Київ" * 18, "🎉" * 36, "", " \n"])
    def test_more_than_one_segment_or_nothing_is_refused(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, text: str
    ) -> None:
        """The channel cuts nothing: a text that is too long or empty is the message's fault, and is not sent."""
        refusal = _failure(sms_channel, replace(text_message, text=text))
        assert isinstance(refusal, PermanentDeliveryError)
        assert Fault.message is refusal.fault
        assert [] == twilio.asked

    @pytest.mark.parametrize("text", ["a" * 160, "€" * 80, "Київ" * 17, "🎉" * 35])
    def test_one_segment_of_either_kind_is_sent(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, text: str
    ) -> None:
        """A place in Cyrillic letters does not silence an alert that fits into one segment."""
        sms_channel.send(replace(text_message, text=text), now=NOW)
        assert text == twilio.messages[0]["body"]

    @pytest.mark.parametrize("address", ["kari@union.example", "12", "+47"])
    def test_what_is_no_number_is_refused(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, address: str
    ) -> None:
        """An address that no phone has is the recipient's fault, and nobody is asked."""
        refusal = _failure(sms_channel, replace(text_message, recipient_address=address))
        assert (PermanentDeliveryError, Fault.recipient) == (type(refusal), refusal.fault)
        assert [] == twilio.asked

    def test_messaging_service_instead_of_a_sender(self, twilio: TwilioServer, text_message: Message) -> None:
        """With a messaging service the provider picks the sender."""
        channel = _channel(twilio, sender="", messaging_service_sid="MG1")
        channel.send(text_message, now=NOW)
        channel.close()
        [sent] = twilio.messages
        assert ("MG1", None, "") == (sent["messaging_service_sid"], sent["from"], sent["callback"])

    def test_address_of_callbacks_keeps_its_query(self, twilio: TwilioServer, text_message: Message) -> None:
        """The delivery's key is added to what the address already asks."""
        channel = _channel(twilio, status_callback_url="https://union.example/sms?tenant=1")
        channel.send(text_message, now=NOW)
        channel.close()
        wanted = f"https://union.example/sms?tenant=1&{urlencode({'message': text_message.message_id})}"
        assert wanted == twilio.messages[0]["callback"]


class TestUnconfirmed:
    @pytest.mark.parametrize("trouble", [Trouble.store_and_drop, Trouble.store_and_hang, Trouble.store_and_break])
    def test_lost_answer_is_settled_without_a_second_message(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, trouble: Trouble
    ) -> None:
        """A message stored before the connection was lost is unconfirmed, repeated by nobody, and found."""
        twilio.script(POST, trouble)
        assert isinstance(_failure(sms_channel, text_message), UnconfirmedDeliveryError)
        assert [POST] == twilio.steps()
        found = sms_channel.find(text_message, since=NOW)
        assert found is not None
        assert twilio.messages[0]["sid"] == found.transport_id
        sms_channel.send(text_message, now=NOW)
        assert 1 == len(twilio.messages)

    def test_lost_request_is_not_found(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """A request that the provider dropped is unconfirmed too; nothing is found and it may be sent."""
        twilio.script(POST, Trouble.drop)
        assert isinstance(_failure(sms_channel, text_message), UnconfirmedDeliveryError)
        assert sms_channel.find(text_message, since=NOW) is None
        sms_channel.send(text_message, now=NOW)
        assert 1 == len(twilio.messages)

    def test_only_this_message_counts(self, twilio: TwilioServer, text_message: Message) -> None:
        """Another text, another number, another time and what the person wrote to us are not it."""
        channel = _channel(twilio, default_region="NO")
        channel.send(replace(text_message, delivery_key="1", text="another text"), now=NOW)
        channel.send(replace(text_message, delivery_key="2", recipient_address="+4798765432"), now=NOW)
        twilio.now = NOW - timedelta(hours=1)
        channel.send(replace(text_message, delivery_key="3"), now=NOW)
        twilio.now = NOW
        channel.send(replace(text_message, delivery_key="4"), now=NOW)
        twilio.messages[-1]["direction"] = "inbound"
        fresh = _channel(twilio, default_region="NO")
        assert fresh.find(text_message, since=NOW) is None
        twilio.messages[-1]["direction"] = "outbound-api"
        assert fresh.find(text_message, since=NOW) is not None
        channel.close()
        fresh.close()

    def test_same_text_of_another_delivery_is_not_taken_for_it(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """Of two deliveries that say the same to one person each is found as its own."""
        sms_channel.send(text_message, now=NOW)
        other = replace(text_message, delivery_key="another")
        assert sms_channel.find(other, since=NOW) is None
        twilio.script(POST, Trouble.store_and_drop)
        assert isinstance(_failure(sms_channel, other), UnconfirmedDeliveryError)
        found = sms_channel.find(other, since=NOW)
        assert found is not None
        assert twilio.messages[1]["sid"] == found.transport_id

    def test_message_that_failed_for_good_is_not_sent_again(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """When the look-up shows that the number takes no messages, that is the answer."""
        twilio.script(POST, Trouble.store_and_drop)
        _failure(sms_channel, text_message)
        twilio.become(twilio.messages[0]["sid"], "undelivered", code=30005)
        with pytest.raises(PermanentDeliveryError) as caught:
            sms_channel.find(text_message, since=NOW)
        assert (Fault.recipient, "30005") == (caught.value.fault, caught.value.code)

    def test_message_that_failed_for_now_may_be_sent_again(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """A phone that was off when the lost message came gets another."""
        twilio.script(POST, Trouble.store_and_drop)
        _failure(sms_channel, text_message)
        twilio.become(twilio.messages[0]["sid"], "undelivered", code=30003)
        assert sms_channel.find(text_message, since=NOW) is None
        sms_channel.send(text_message, now=NOW)
        assert 2 == len(twilio.messages)

    @pytest.mark.parametrize("action", [Trouble.drop, Trouble.hang, error(20500, status=500), error(20429, status=429)])
    def test_look_up_that_fails_settles_nothing(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, action: Answer | Trouble
    ) -> None:
        """That we cannot look is never taken for "it is not there"."""
        twilio.script(LIST, action)
        with pytest.raises(TransientDeliveryError):
            sms_channel.find(text_message, since=NOW)

    @pytest.mark.parametrize(
        "action",
        [
            error(20500, status=500), Answer(status=500, body=b"<html>"), Answer(status=502, body=b""),
            Answer(status=504, body=b"<html>"), Answer(status=201, body=b"<html>"),
        ],
    )  # fmt: skip
    def test_errors_after_which_the_message_may_stand_are_unconfirmed(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, action: Answer
    ) -> None:
        """After an inner error or an answer that cannot be read nobody knows."""
        twilio.script(POST, action)
        assert isinstance(_failure(sms_channel, text_message), UnconfirmedDeliveryError)


class TestAgain:
    def test_delivery_sent_again_is_looked_at_first(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """A delivery that this process has sent gets its own receipt back, and no second message."""
        first = sms_channel.send(text_message, now=NOW)
        twilio.become(first.transport_id, "delivered")
        again = sms_channel.send(text_message, now=NOW)
        assert (first.transport_id, "sent before, delivered") == (again.transport_id, again.detail)
        assert 1 == len(twilio.messages)

    def test_delivery_that_did_not_arrive_is_sent_again(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """Sent again by hand after it was undelivered, it is a new message."""
        first = sms_channel.send(text_message, now=NOW)
        twilio.become(first.transport_id, "undelivered", code=30003)
        again = sms_channel.send(text_message, now=NOW)
        assert again.transport_id != first.transport_id
        assert 2 == len(twilio.messages)


class TestAnswers:
    def test_unreachable_is_transient(self, twilio: TwilioServer, text_message: Message) -> None:
        """Where nobody listens nothing was sent: transient, the transport's fault."""
        with TwilioServer() as gone:
            channel = _channel(gone, default_region="NO")
        refusal = _failure(channel, text_message)
        assert (TransientDeliveryError, Fault.transport) == (type(refusal), refusal.fault)

    def test_rate_limit_says_how_long(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """429 is transient and carries the provider's own wait."""
        twilio.script(POST, error(20429, status=429, headers={"Retry-After": "7"}))
        refusal = _failure(sms_channel, text_message)
        assert isinstance(refusal, TransientDeliveryError)
        assert (timedelta(seconds=7), Fault.transport) == (refusal.retry_after, refusal.fault)

    @pytest.mark.parametrize(
        ("number", "code"),
        [
            ("+15005550001", "21211"), ("+15005550002", "21612"), ("+15005550003", "21408"),
            ("+15005550004", "21610"), ("+15005550009", "21614"),
        ],
    )  # fmt: skip
    def test_number_that_cannot_get_messages(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, number: str, code: str
    ) -> None:
        """The provider's test numbers: each refusal is the recipient's fault, for good."""
        refusal = _failure(sms_channel, replace(text_message, recipient_address=number))
        assert (PermanentDeliveryError, Fault.recipient, code) == (type(refusal), refusal.fault, refusal.code)
        assert number not in str(refusal)

    @pytest.mark.parametrize(
        ("answer", "kind", "fault"),
        [
            (error(21606), TransientDeliveryError, Fault.transport),
            (error(21611, status=429), TransientDeliveryError, Fault.transport),
            (error(20003, status=401), TransientDeliveryError, Fault.transport),
            (error(20503, status=503), TransientDeliveryError, Fault.transport),
            (error(21617), PermanentDeliveryError, Fault.message),
            (error(29999), PermanentDeliveryError, Fault.message),
            (Answer(status=503, body=b"<html>"), TransientDeliveryError, Fault.transport),
            (Answer(status=403, body=b"<html>"), TransientDeliveryError, Fault.transport),
            (Answer(status=404, body=b"<html>"), TransientDeliveryError, Fault.transport),
            (Answer(status=302, body=b""), TransientDeliveryError, Fault.transport),
            (Answer(status=429, body=b""), TransientDeliveryError, Fault.transport),
        ],
    )
    def test_answer_means(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message, answer: Answer,
        kind: type[DeliveryError], fault: Fault,
    ) -> None:  # fmt: skip
        """Each class of answers: what helps, whether others would meet the same, and no number in it."""
        twilio.script(POST, answer)
        refusal = _failure(sms_channel, text_message)
        assert (kind, fault) == (type(refusal), refusal.fault)
        assert not re.search(r"\+47|91234567", str(refusal))
        assert [] == twilio.messages

    def test_message_refused_with_a_yes(
        self, twilio: TwilioServer, sms_channel: SmsChannel, text_message: Message
    ) -> None:
        """A message that is taken as failed is an error, not a receipt."""
        twilio.first_status = "failed"
        assert isinstance(_failure(sms_channel, text_message), TransientDeliveryError)

    @pytest.mark.parametrize(
        ("code", "kind", "fault"),
        [
            (30003, TransientDeliveryError, Fault.recipient), (30004, PermanentDeliveryError, Fault.recipient),
            (30005, PermanentDeliveryError, Fault.recipient), (30006, PermanentDeliveryError, Fault.recipient),
            (30007, PermanentDeliveryError, Fault.message), (30008, TransientDeliveryError, Fault.message),
            (30001, TransientDeliveryError, Fault.transport), (30002, TransientDeliveryError, Fault.transport),
            (21610, PermanentDeliveryError, Fault.recipient), (None, TransientDeliveryError, Fault.message),
            (39999, PermanentDeliveryError, Fault.message),
        ],
    )  # fmt: skip
    def test_code_of_a_status_means(self, code: int | None, kind: type[DeliveryError], fault: Fault) -> None:
        """What a message's final status says, in the same words as a refusal at once."""
        error = failure("key", code)
        assert (kind, fault, str(code or "")) == (type(error), error.fault, error.code)

    def test_wrong_login_pauses_the_channel(self, twilio: TwilioServer, text_message: Message) -> None:
        """A token that the provider does not know is the transport's fault, and is not in the error."""
        channel = _channel(twilio, auth_token="secret-token", default_region="NO")
        refusal = _failure(channel, text_message)
        channel.close()
        assert (TransientDeliveryError, Fault.transport) == (type(refusal), refusal.fault)
        assert "secret" not in str(refusal)


def test_check_tells_how_the_account_is(twilio: TwilioServer, sms_channel: SmsChannel) -> None:
    """The check sends nothing and names the account."""
    account = sms_channel.check()
    assert ("Union", "active") == (account.name, account.status)
    assert [] == twilio.messages


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": ""}, {"messaging_service_sid": "MG1"}, {"auth_token": ""}, {"account_sid": ""}, {"timeout_s": 0},
        {"sender": "UNION", "is_two_way": True},
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    """No sender, two of them, no login, and a name that people should answer to are errors at once."""
    usual: dict[str, object] = {"account_sid": "AC1", "auth_token": "x", "sender": "+4759440000"}
    with pytest.raises(ValueError):
        SmsConfig(**{**usual, **settings})
