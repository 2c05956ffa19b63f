"""Messages posted to Slack: where they go, what they carry, and what its answers mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import slack_server
from loopback import Answer, Trouble
from slack_server import EPOCH, SlackServer, error, ratelimited

from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from channels.message import Message
from channels.slack import SlackChannel, SlackConfig
from channels.slack.blocks import button, image, section

NOW = datetime.fromtimestamp(EPOCH, UTC)
POST = "chat.postMessage"


@pytest.fixture
def alert(message: Message) -> Message:
    """Return an alert without a picture for the channel of a region."""
    return replace(
        message,
        delivery_key="incident/9f3a/fired/#region-01",
        recipient_address="#region-01",
        subject="Churn high – Alta: 12 more members left than expected",
        text="Since May 2026 (2 months)",
        html=None,
        images=(),
        attachments=(),
    )


def _failure(channel: SlackChannel, message: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, now=NOW)
    return caught.value


class TestPlaces:
    @pytest.mark.parametrize(
        ("address", "conversation"),
        [
            ("#region-01", "C0REGION1"),
            ("C0REGION1", "C0REGION1"),
            ("U0KARIAAA", "D0KARIAAA"),
            ("kari@union.example", "D0KARIAAA"),
        ],
    )
    def test_address_of_each_kind_is_reached(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, address: str, conversation: str
    ) -> None:
        """A channel is reached by name and id, a person by id and e-mail address."""
        slack_channel.send(replace(alert, recipient_address=address), now=NOW)
        assert [conversation] == [post["channel"] for post in slack.posts]

    def test_person_is_looked_up_once(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """The second message to an e-mail address asks Slack nothing more than to post it."""
        alert = replace(alert, recipient_address="kari@union.example")
        slack_channel.send(alert, now=NOW)
        slack_channel.send(replace(alert, delivery_key="another"), now=NOW)
        assert ["users.lookupByEmail", "conversations.open", POST, POST] == slack.steps()

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("#nowhere", "channel_not_found"),
            ("#closed", "is_archived"),
            ("ola@union.example", "users_not_found"),
            ("U0NOBODYA", "user_not_found"),
            ("Kari Nordmann", ""),
            ("@here", ""),
            ("#a b", ""),
        ],
    )
    def test_address_that_nobody_has_is_refused(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, address: str, code: str
    ) -> None:
        """An address that leads nowhere is the recipient's fault, for good, and is not in the error."""
        failure = _failure(slack_channel, replace(alert, recipient_address=address))
        assert isinstance(failure, PermanentDeliveryError)
        assert (Fault.recipient, code) == (failure.fault, failure.code)
        assert address not in str(failure)
        assert [] == slack.posts

    def test_thread_elsewhere_does_not_move_an_address(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A message in a thread of another conversation leaves its address where it was."""
        root = slack_channel.send(alert, now=NOW)
        personal = replace(alert, recipient_address="kari@union.example")
        slack_channel.send(replace(personal, delivery_key="2", thread=root.transport_id), now=NOW)
        slack_channel.send(replace(personal, delivery_key="3"), now=NOW)
        assert ["C0REGION1", "C0REGION1", "D0KARIAAA"] == [post["channel"] for post in slack.posts]


class TestContent:
    def test_message_without_blocks_gets_simple_ones(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """Subject and text become a heading and a paragraph; the notification says both."""
        slack_channel.send(alert, now=NOW)
        [post] = slack.posts
        assert ["header", "section"] == [block["type"] for block in post["blocks"]]
        assert f"{alert.subject}\n{alert.text}" == post["text"]

    def test_blocks_are_posted_as_they_are(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """Blocks of the application reach Slack, and the text still tells what they say."""
        blocks = [section("*Alta*"), {"type": "actions", "elements": [button("Open", action="open", value="9f3a")]}]
        slack_channel.send(replace(alert, blocks=json.dumps(blocks)), now=NOW)
        [post] = slack.posts
        assert blocks == post["blocks"]
        assert post["text"]

    @pytest.mark.parametrize("blocks", ["{", "{}", '["a"]', '[{"text": "a"}]'])
    def test_blocks_that_are_none_are_refused(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, blocks: str
    ) -> None:
        """What is no array of blocks is a permanent error before anything is sent."""
        assert isinstance(_failure(slack_channel, replace(alert, blocks=blocks)), PermanentDeliveryError)
        assert [] == slack.asked

    @pytest.mark.parametrize(
        "name", ["<!channel>", "@here", "<@U0KARIAAA>", "A & B <b>", "🎉" * 200, "x" * 500, "*_~`"]
    )
    def test_names_call_nobody(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, name: str
    ) -> None:
        """A branch of any name is printed: no marked-up text holds a mention, and Slack takes it."""
        raw = json.dumps([{"type": "section", "text": {"type": "mrkdwn", "text": f"{name} <!here>"}}])
        slack_channel.send(replace(alert, subject=f"Churn high – {name}", text=name), now=NOW)
        slack_channel.send(replace(alert, delivery_key="raw", blocks=raw, subject=name), now=NOW)
        for post in slack.posts:
            marked = [post["text"], *(each["text"]["text"] for each in post["blocks"] if each["type"] == "section")]
            assert not any("<!" in text for text in marked)
            assert "<@" not in post["text"]
            assert ("none", False) == (post["parse"], post["link_names"])
        assert slack.posts[1]["blocks"][0]["text"]["verbatim"] is True

    def test_children_are_dropped_before_slack_refuses(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A message of sixty children is cut to fifty blocks and says how many are missing."""
        blocks = [section("root"), *(section(f"child {number}", block_id=f"child-{number}") for number in range(60))]
        slack_channel.send(replace(alert, blocks=json.dumps(blocks), language="nb"), now=NOW)
        [post] = slack.posts
        assert 50 == len(post["blocks"])
        assert "+12 til" == post["blocks"][-1]["elements"][0]["text"]

    def test_message_beyond_all_cutting_is_refused(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """Without children to drop, a message over the budget is a permanent error of the message."""
        blocks = [section("x" * 3000) for _ in range(4)]
        failure = _failure(slack_channel, replace(alert, blocks=json.dumps(blocks)))
        assert isinstance(failure, PermanentDeliveryError)
        assert Fault.message is failure.fault


class TestThreads:
    def test_answer_goes_into_the_thread(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """A message that names a root's receipt is posted under it."""
        root = slack_channel.send(alert, now=NOW)
        slack_channel.send(replace(alert, delivery_key="resolved", thread=root.transport_id), now=NOW)
        assert slack.posts[1]["thread_ts"] == slack.posts[0]["ts"]

    def test_root_is_replaced(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """A message that replaces the root edits it: one message, the new words, the same id."""
        root = slack_channel.send(alert, now=NOW)
        state = replace(alert, delivery_key="resolved", subject="Resolved – Alta", replaces=root.transport_id)
        receipt = slack_channel.send(state, now=NOW)
        [post] = slack.posts
        assert "Resolved – Alta" in post["text"]
        assert root.transport_id == receipt.transport_id
        assert "updated" == receipt.detail

    def test_root_that_is_gone_is_a_permanent_error(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A root that was deleted cannot be replaced or answered."""
        for field, code in (("replaces", "message_not_found"), ("thread", "thread_not_found")):
            failure = _failure(slack_channel, replace(alert, **{field: "C0REGION1/1.000001"}))
            assert isinstance(failure, PermanentDeliveryError)
            assert code == failure.code

    def test_first_copy_that_was_deleted_is_posted_anew(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A delivery sent again whose first copy somebody deleted is posted once more."""
        slack_channel.send(alert, now=NOW)
        slack.posts.clear()
        slack_channel.send(alert, now=NOW)
        assert 1 == len(slack.posts)

    @pytest.mark.parametrize("transport_id", ["Q1", "SM0001", "C0REGION1", "C0REGION1/x", "../1.2"])
    def test_id_of_another_transport_is_refused(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, transport_id: str
    ) -> None:
        """A thread that is no message in Slack is a permanent error, and nothing is posted."""
        assert isinstance(_failure(slack_channel, replace(alert, thread=transport_id)), PermanentDeliveryError)
        assert [] == slack.posts


class TestCharts:
    @pytest.fixture
    def chart(self, alert: Message, message: Message) -> Message:
        return replace(alert, images=(replace(message.images[0], alt_text="Leavers a month, Alta"),))

    def test_chart_stands_in_the_message(self, slack: SlackServer, slack_channel: SlackChannel, chart: Message) -> None:
        """The picture is uploaded by the three steps and shown by its file, with its alt text."""
        receipt = slack_channel.send(chart, now=NOW)
        assert [
            "files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info", POST,
        ] == slack.steps()  # fmt: skip
        [(file, stored)] = slack.files.items()
        assert chart.images[0].content == stored["content"]
        shown = slack.posts[0]["blocks"][-1]
        assert ({"id": file}, "Leavers a month, Alta") == (shown["slack_file"], shown["alt_text"])
        assert "posted" == receipt.detail

    def test_chart_stands_where_the_blocks_say(
        self, slack: SlackServer, slack_channel: SlackChannel, chart: Message
    ) -> None:
        """Blocks name a picture by its content id, as HTML does."""
        blocks = [section("above"), image("chart-1@pack", "Leavers"), section("below")]
        slack_channel.send(replace(chart, blocks=json.dumps(blocks)), now=NOW)
        [post] = slack.posts
        assert ["section", "image", "section"] == [block["type"] for block in post["blocks"]]
        assert "image_url" not in post["blocks"][1]

    def test_slow_file_is_waited_for(self, slack: SlackServer, chart: Message) -> None:
        """A file that Slack still looks into is asked for a few times, half a second apart."""
        slept: list[float] = []
        slack.looks_until_ready = 3
        config = SlackConfig(token=slack_server.TOKEN, base_url=slack.api)
        receipt = SlackChannel(config, clock=lambda: 0.0, sleep=slept.append).send(chart, now=NOW)
        assert [0.5, 0.5] == slept
        assert "posted" == receipt.detail

    def test_file_that_never_gets_ready_goes_into_the_thread(
        self, slack: SlackServer, slack_channel: SlackChannel, chart: Message
    ) -> None:
        """When Slack refuses the new file in a block, the message is posted once without it and the file beneath."""
        slack.looks_until_ready = 99
        receipt = slack_channel.send(chart, now=NOW)
        [post] = slack.posts
        assert "image" not in [block["type"] for block in post["blocks"]]
        shared = [file for file in slack.files.values() if file.get("thread_ts")]
        assert [post["ts"]] == [file["thread_ts"] for file in shared]
        assert "in the thread" in receipt.detail

    def test_chart_is_uploaded_once(self, slack: SlackServer, slack_channel: SlackChannel, chart: Message) -> None:
        """The same picture for another channel, or for another try, is the file that Slack has."""
        slack.script(POST, ratelimited(1))
        assert isinstance(_failure(slack_channel, chart), TransientDeliveryError)
        slack_channel.send(chart, now=NOW)
        slack_channel.send(replace(chart, delivery_key="another", recipient_address="#analyse"), now=NOW)
        assert 1 == slack.steps().count("upload")
        assert 1 == len({post["blocks"][-1]["slack_file"]["id"] for post in slack.posts})

    @pytest.mark.parametrize(
        ("step", "action"),
        [
            ("files.getUploadURLExternal", error("missing_scope", needed="files:write")),
            ("files.getUploadURLExternal", ratelimited(30)),
            ("upload", Trouble.drop),
            ("upload", Answer(status=500, body=b"no")),
            ("files.completeUploadExternal", Trouble.store_and_drop),
        ],
    )
    def test_message_goes_without_its_chart_rather_than_not_at_all(
        self, slack: SlackServer, slack_channel: SlackChannel, chart: Message, step: str, action: Answer | Trouble
    ) -> None:
        """A picture that cannot be uploaded stays out; the receipt says why."""
        slack.script(step, action)
        receipt = slack_channel.send(chart, now=NOW)
        assert ["header", "section"] == [block["type"] for block in slack.posts[0]["blocks"]]
        assert "without a picture" in receipt.detail


class TestUnconfirmed:
    @pytest.mark.parametrize("trouble", [Trouble.store_and_drop, Trouble.store_and_hang, Trouble.store_and_break])
    def test_lost_answer_is_settled_without_a_second_post(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, trouble: Trouble
    ) -> None:
        """A message stored before the connection was lost is unconfirmed, sent by no retry, and found by its key."""
        slack.script(POST, trouble)
        failure = _failure(slack_channel, alert)
        assert isinstance(failure, UnconfirmedDeliveryError)
        assert Fault.transport is failure.fault
        assert 1 == slack.steps().count(POST)
        found = slack_channel.find(alert, since=NOW)
        assert found is not None
        assert f"C0REGION1/{slack.posts[0]['ts']}" == found.transport_id

    def test_lost_request_is_not_found(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """A request that Slack dropped is unconfirmed too; the look-up finds nothing and it may be sent."""
        slack.script(POST, Trouble.drop)
        assert isinstance(_failure(slack_channel, alert), UnconfirmedDeliveryError)
        assert slack_channel.find(alert, since=NOW) is None
        slack_channel.send(alert, now=NOW)
        assert 1 == len(slack.posts)

    def test_found_on_a_later_page_among_others(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """Five hundred messages of others since then do not hide ours; one from before is not looked at."""
        slack_channel.send(alert, now=NOW)
        for number in range(500):
            slack.post_at("C0REGION1", "chat", f"{EPOCH + 100 + number}.000001", metadata={"event_type": "other"})
        fresh = SlackChannel(SlackConfig(token=slack_server.TOKEN, base_url=slack.api))
        found = fresh.find(alert, since=NOW)
        assert found is not None
        assert 3 == slack.steps().count("conversations.history")
        assert fresh.find(alert, since=NOW + timedelta(hours=1)) is None

    def test_other_delivery_is_not_taken_for_it(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A message that says the same under another key is another."""
        slack_channel.send(alert, now=NOW)
        assert slack_channel.find(replace(alert, delivery_key="another"), since=NOW) is None

    def test_found_in_its_thread(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """An answer in a thread is not in the channel's history, and is found in the thread."""
        root = slack_channel.send(alert, now=NOW)
        answer = replace(alert, delivery_key="resolved", thread=root.transport_id)
        assert slack_channel.find(answer, since=NOW) is None
        slack.script(POST, Trouble.store_and_drop)
        assert isinstance(_failure(slack_channel, answer), UnconfirmedDeliveryError)
        found = slack_channel.find(answer, since=NOW)
        assert found is not None
        assert found.transport_id.endswith(slack.posts[1]["ts"])

    def test_replacement_is_found_on_its_root(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """An update whose answer was lost is seen by the key that the root now carries."""
        root = slack_channel.send(alert, now=NOW)
        state = replace(alert, delivery_key="eased", replaces=root.transport_id)
        assert slack_channel.find(state, since=NOW) is None
        slack.script("chat.update", Trouble.store_and_drop)
        assert isinstance(_failure(slack_channel, state), UnconfirmedDeliveryError)
        found = slack_channel.find(state, since=NOW)
        assert found is not None
        assert root.transport_id == found.transport_id

    @pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "missing_scope", "internal_error"])
    def test_history_that_may_not_be_read_settles_nothing(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, code: str
    ) -> None:
        """That we cannot look is never taken for "it is not there", nor for a refusal of the message."""
        slack.script("conversations.history", error(code))
        with pytest.raises(TransientDeliveryError):
            slack_channel.find(alert, since=NOW)

    @pytest.mark.parametrize(
        "action",
        [
            error("internal_error"), error("fatal_error"), Answer(status=500, body=b"<html>"),
            Answer(status=502, body=b"<html>"), Answer(status=504, body=b""), Answer(status=200, body=b"<html>login"),
        ],
    )  # fmt: skip
    def test_errors_after_which_the_post_may_stand_are_unconfirmed(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, action: Answer
    ) -> None:
        """Slack says of its inner errors that some of the work may be done; of a gateway's nobody knows."""
        slack.script(POST, action)
        assert isinstance(_failure(slack_channel, alert), UnconfirmedDeliveryError)

    def test_inner_error_while_asking_is_transient(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message
    ) -> None:
        """A question may be asked again: nothing was posted."""
        slack.script("users.lookupByEmail", error("internal_error"), Trouble.drop, Trouble.hang)
        for _ in range(3):
            failure = _failure(slack_channel, replace(alert, recipient_address="kari@union.example"))
            assert isinstance(failure, TransientDeliveryError)
        assert [] == slack.posts


class TestAnswers:
    def test_unreachable_is_transient(self, slack: SlackServer, alert: Message) -> None:
        """Where nobody listens nothing was sent: transient, the transport's fault."""
        with SlackServer() as gone:
            channel = SlackChannel(SlackConfig(token=slack_server.TOKEN, base_url=gone.api, timeout_s=1))
        failure = _failure(channel, alert)
        assert isinstance(failure, TransientDeliveryError)
        assert Fault.transport is failure.fault
        assert "cannot be reached" in failure.reason

    def test_rate_limit_says_how_long(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """429 is transient and carries Slack's own wait; the message passes afterwards."""
        slack.script(POST, ratelimited(17))
        failure = _failure(slack_channel, alert)
        assert isinstance(failure, TransientDeliveryError)
        assert (timedelta(seconds=17), "ratelimited") == (failure.retry_after, failure.code)
        slack_channel.send(alert, now=NOW)
        assert 1 == len(slack.posts)

    @pytest.mark.parametrize(
        ("code", "kind", "fault"),
        [
            ("channel_not_found", PermanentDeliveryError, Fault.recipient),
            ("not_in_channel", PermanentDeliveryError, Fault.recipient),
            ("is_archived", PermanentDeliveryError, Fault.recipient),
            ("user_disabled", PermanentDeliveryError, Fault.recipient),
            ("restricted_action", PermanentDeliveryError, Fault.recipient),
            ("msg_too_long", PermanentDeliveryError, Fault.message),
            ("invalid_blocks", PermanentDeliveryError, Fault.message),
            ("invalid_arguments", PermanentDeliveryError, Fault.message),
            ("a_code_of_next_year", PermanentDeliveryError, Fault.message),
            ("invalid_auth", TransientDeliveryError, Fault.transport),
            ("token_revoked", TransientDeliveryError, Fault.transport),
            ("account_inactive", TransientDeliveryError, Fault.transport),
            ("missing_scope", TransientDeliveryError, Fault.transport),
            ("ratelimited", TransientDeliveryError, Fault.transport),
            ("message_limit_exceeded", TransientDeliveryError, Fault.transport),
            ("service_unavailable", TransientDeliveryError, Fault.transport),
            ("request_timeout", TransientDeliveryError, Fault.transport),
            ("team_added_to_org", TransientDeliveryError, Fault.transport),
        ],
    )
    def test_code_means(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, code: str,
        kind: type[DeliveryError], fault: Fault,
    ) -> None:  # fmt: skip
        """Each class of codes: what helps, and whether other messages would meet the same."""
        slack.script(POST, error(code))
        failure = _failure(slack_channel, alert)
        assert (kind, fault, code) == (type(failure), failure.fault, failure.code)

    @pytest.mark.parametrize(
        ("status", "headers"),
        [(429, {"Retry-After": "3"}), (503, {}), (401, {}), (403, {}), (404, {}), (407, {})],
    )
    def test_status_of_what_is_not_slack(
        self, slack: SlackServer, slack_channel: SlackChannel, alert: Message, status: int, headers: dict[str, str]
    ) -> None:
        """A proxy's or gateway's refusal is the transport's fault, and the message was not taken."""
        slack.script(POST, Answer(status=status, body=b"<html>", headers=headers))
        failure = _failure(slack_channel, alert)
        assert isinstance(failure, TransientDeliveryError)
        assert (Fault.transport, f"HTTP {status}") == (failure.fault, failure.code)
        assert failure.retry_after == (timedelta(seconds=3) if headers else None)

    def test_refusal_says_what_to_mend(self, slack: SlackServer, slack_channel: SlackChannel, alert: Message) -> None:
        """The missing scope and the place of a bad block are in the error's words."""
        slack.script(POST, error("missing_scope", needed="chat:write.public"))
        assert "chat:write.public" in str(_failure(slack_channel, alert))
        blocks = json.dumps([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}])
        assert "/blocks/0/text" in str(_failure(slack_channel, replace(alert, blocks=blocks)))

    def test_wrong_token_pauses_the_channel(self, slack: SlackServer, alert: Message) -> None:
        """A token that Slack does not know is the transport's fault, and is not in the error."""
        failure = _failure(SlackChannel(SlackConfig(token="xoxb-other", base_url=slack.api)), alert)
        assert (Fault.transport, "invalid_auth") == (failure.fault, failure.code)
        assert "xoxb" not in str(failure)


def test_posts_into_one_conversation_are_a_second_apart(slack: SlackServer, alert: Message) -> None:
    """Messages into one channel wait for each other, those into another do not."""
    slept: list[float] = []
    config = SlackConfig(token=slack_server.TOKEN, base_url=slack.api)
    channel = SlackChannel(config, clock=lambda: sum(slept), sleep=slept.append)
    for number, address in enumerate(["#region-01", "#region-01", "#analyse", "#region-01"]):
        channel.send(replace(alert, delivery_key=str(number), recipient_address=address), now=NOW)
    assert [1.0, 1.0] == pytest.approx(slept)


def test_who_clicked_is_told_by_address(slack: SlackServer, slack_channel: SlackChannel) -> None:
    """A person's id becomes the e-mail address by which the directory knows them."""
    assert "kari@union.example" == slack_channel.email_of("U0KARIAAA")
    with pytest.raises(PermanentDeliveryError):
        slack_channel.email_of("U0NOBODYA")


def test_check_tells_who_we_are(slack: SlackServer, slack_channel: SlackChannel) -> None:
    """The check posts nothing and names workspace and bot."""
    workspace = slack_channel.check()
    assert ("Union", "reports") == (workspace.team, workspace.bot)
    assert [] == slack.posts


@pytest.mark.parametrize("settings", [{"token": " "}, {"timeout_s": 0}, {"seconds_between_posts": -1.0}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    """An empty token and waits below nothing are errors at once."""
    with pytest.raises(ValueError):
        SlackConfig(**{"token": "xoxb-1", **settings})
