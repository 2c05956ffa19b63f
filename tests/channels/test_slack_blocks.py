"""Block Kit blocks: escaped, within Slack's limits, cut in the right order."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.slack.blocks import (
    BLOCKS,
    BUDGET,
    actions,
    button,
    characters,
    context,
    disarm,
    escape,
    fallback,
    fields,
    fit,
    header,
    image,
    link,
    menu,
    section,
    simple,
)


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """Escaping loses nothing and leaves no sign by which Slack would begin a mention or a link."""
    shown = escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert text == shown
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escape(text))


def test_link_cannot_be_ended_by_its_parts() -> None:
    """A name or an address with Slack's signs stays inside its half of the link."""
    assert "<https://a.example/?a=1&amp;b=%7C&gt;|A &amp; &lt;B&gt;>" == link("https://a.example/?a=1&b=|>", "A & <B>")


@given(st.text(max_size=400))
def test_header_is_short_plain_and_never_empty(text: str) -> None:
    """A heading has 1 to 150 characters on one line, and ":fire:" in it stays letters."""
    made = header(text)["text"]
    assert 1 <= len(made["text"]) <= 150
    assert "\n" not in made["text"]
    assert ("plain_text", False) == (made["type"], made["emoji"])


@pytest.mark.parametrize("sign", ["x", "&", "<", "🎉", "<!channel>"])
def test_long_paragraph_is_cut_between_signs(sign: str) -> None:
    """A paragraph is cut to 3000 characters, never in the middle of "&lt;"."""
    text = section(escape(sign * 4000))["text"]["text"]
    assert 1 <= len(text) <= 3000
    assert text.endswith("…")
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def test_paragraph_is_not_cut_inside_a_link() -> None:
    """A link that would be torn apart is left out whole."""
    text = section("x" * 2980 + "<https://a.example/0123456789|name>")["text"]["text"]
    assert "x" * 2980 + "…" == text


def test_fields_and_buttons_keep_their_limits() -> None:
    """Ten fields of 2000 characters, 75 on a button; a value that would not come back whole is an error."""
    made = fields([("label", "x" * 3000)] * 12)
    assert (10, 2000) == (len(made["fields"]), max(len(each["text"]) for each in made["fields"]))
    assert 75 == len(button("x" * 100, action="ack")["text"]["text"])
    with pytest.raises(ValueError, match="Allowed: 2000"):
        button("Ack", action="ack", value="x" * 2001)


def test_buttons_and_menus_carry_what_comes_back() -> None:
    """Action and value stand where Slack returns them from; what is not given is left out."""
    row = actions(
        button("Acknowledge", action="ack", value="9f3a", style="primary"),
        button("Open", action="open", url="https://union.example/a/9f3a"),
        menu("Snooze", action="snooze", options=[("7 days", "9f3a:7d")]),
    )
    ack, opening, snooze = row["elements"]
    assert ("ack", "9f3a", "primary") == (ack["action_id"], ack["value"], ack["style"])
    assert {"type", "action_id", "text", "url"} == set(opening)
    assert "9f3a:7d" == snooze["options"][0]["value"]


def test_subject_is_not_said_twice() -> None:
    """A text that begins with the subject is the whole notification."""
    assert "Churn high\nmore" == fallback("Churn high", "Churn high\nmore")
    assert "Churn &amp; more\ntext" == fallback("Churn & more", "text")


def test_simple_blocks_follow_the_paragraphs() -> None:
    """A subject and two paragraphs are a heading and two sections; blank ones are none."""
    assert ["header", "section", "section"] == [block["type"] for block in simple("s", "a\nb\n\n \n\nc <b>\n")]
    assert "c &lt;b&gt;" == simple("s", "a\n\nc <b>")[2]["text"]["text"]


def test_long_text_loses_no_line() -> None:
    """A paragraph over the limit goes on in the next section, at the end of a line."""
    lines = [f"{number:04d} & {'x' * 60}" for number in range(100)]
    made = [block["text"]["text"] for block in simple("", "\n".join(lines))]
    assert len(made) > 1
    assert escape("\n".join(lines)) == "\n".join(made)


class TestDisarm:
    @pytest.mark.parametrize("call", ["<!channel>", "<!here>", "<!everyone|x>", "<!subteam^S1|team>"])
    def test_calls_are_taken_apart_wherever_they_stand(self, call: str) -> None:
        """Mentions of many people are printed, in sections, fields and small print."""
        blocks = [section(call), {"type": "section", "fields": [{"type": "mrkdwn", "text": call}]}, context(call)]
        assert "<!" not in str(disarm(blocks))

    def test_what_does_not_call_stays(self) -> None:
        """Times, links and one person on call are left alone; bare names are no mentions."""
        text = "<!date^1392734382^{date}|18 Feb> <https://a.example|a> <@U0KARIAAA>"
        [made] = disarm([{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": False}}])
        assert text == made["text"]["text"]
        assert made["text"]["verbatim"] is True


class TestFit:
    def test_what_fits_is_left_alone(self) -> None:
        """Blocks within number and budget come back as they were."""
        blocks = [section("a"), section("b", block_id="child-0"), image("chart", "alt")]
        assert blocks == fit(blocks, language="en")

    @given(
        children=st.lists(st.integers(1, 2900), max_size=60),
        rest=st.lists(st.integers(1, 900), max_size=8),
        language=st.sampled_from(["nb", "da", "en", "se"]),
    )
    def test_children_go_from_the_end(self, children: list[int], rest: list[int], language: str) -> None:
        """All that is not a child stays in order, the first children stay, and the note counts the others."""
        kept_texts = [f"{number:03d}" + "r" * size for number, size in enumerate(rest)]
        child_texts = [f"{number:03d}" + "c" * size for number, size in enumerate(children)]
        blocks = [
            *(section(text) for text in kept_texts),
            *(section(text, block_id=f"child-{number}") for number, text in enumerate(child_texts)),
            context("provenance"),
        ]
        made = fit(blocks, language=language)
        assert len(made) <= BLOCKS
        assert characters(made) <= BUDGET
        shown = [block["text"]["text"] for block in made if block["type"] == "section"]
        assert kept_texts == shown[: len(rest)]
        assert child_texts[: len(shown) - len(rest)] == shown[len(rest) :]
        notes = [block["elements"][0]["text"] for block in made if block["type"] == "context"]
        missing = len(children) - (len(shown) - len(rest))
        assert (len(notes) == 1) if not missing else notes[0].startswith(f"+{missing} ")

    def test_too_much_without_children_is_an_error(self) -> None:
        """What cannot be cut names its size and what is allowed."""
        with pytest.raises(ValueError, match=r"51 blocks and .* Allowed: 50 and 10000"):
            fit([section("x")] * 51, language="en")
