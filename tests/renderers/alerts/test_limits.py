"""What an alert message may hold: the limits of each output, names that would break it, figures of few persons."""

import json
import re
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import LONG_NAME, alta, notices

from channels.slack import blocks
from channels.sms.gsm7 import measure
from channels.sms.texts import Parts, shorten
from renderers.alerts import Notice, SmsParts, render_email, render_slack, render_sms, render_text, slack
from renderers.language import LANGUAGES

ALL = [(language, name) for language in LANGUAGES for name in notices(language)]
HOSTILE = '<!channel> & <b onload="x">@here</b> *bold* `x` |'


def renamed(notice: Notice, place: str) -> Notice:
    """Return the notice about another place."""
    items = tuple(replace(one, place=place) for one in notice.items)
    late = None if notice.late is None else replace(notice.late, source=place)
    return replace(notice, items=items, region=place if notice.region else "", late=late)


def visible(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html[html.index("<body") :])


@pytest.mark.parametrize(("language", "name"), ALL)
def test_slack_takes_the_message_whole(language: str, name: str) -> None:
    """Blocks lie within Slack's number and our budget without a child dropped, and each text within its own limit."""
    found = blocks.parse(render_slack(renamed(notices(language)[name], LONG_NAME), language))

    assert found == blocks.fit(found, language=language)
    assert blocks.characters(found) <= blocks.BUDGET
    assert len({block["block_id"] for block in found if "block_id" in block}) == sum("block_id" in b for b in found)
    for block in found:
        for text, longest in texts_of(block):
            assert 0 < len(text) <= longest, block


def texts_of(block: dict[str, Any]) -> list[tuple[str, int]]:
    match block["type"]:
        case "header":
            return [(block["text"]["text"], blocks.HEADER)]
        case "section":
            own = [(block["text"]["text"], blocks.SECTION)]
            return own + ([(block["accessory"]["text"]["text"], blocks.BUTTON_TEXT)] if "accessory" in block else [])
        case "image":
            return [(block["alt_text"], blocks.ALT_TEXT)]
        case "context":
            return [(one["text"], blocks.SECTION) for one in block["elements"]]
        case "actions":
            buttons = [one for one in block["elements"] if one["type"] == "button"]
            values = [(one["value"], blocks.BUTTON_VALUE) for one in buttons if "value" in one]
            return values + [(one["text"]["text"], blocks.BUTTON_TEXT) for one in buttons]
        case other:
            raise AssertionError(other)


def test_names_of_any_length_are_cut() -> None:
    """A thousand signs that are escaped fill no block beyond its limit, and are never cut within one."""
    found = blocks.parse(render_slack(renamed(notices("en")["several"], "&" * 1000), "en"))

    for block in found:
        for text, longest in texts_of(block):
            assert len(text) <= longest
            assert not re.search(r"&(?!amp;)", text) or block["type"] == "header"


def test_children_go_by_the_name_that_the_channel_knows() -> None:
    """The channel drops what the renderer calls a child, and shows the picture that the renderer names."""
    found = json.loads(render_slack(notices("en")["several"], "en"))

    assert blocks.CHILD == slack.CHILD
    assert 5 == sum(str(block.get("block_id", "")).startswith(f"{blocks.CHILD}-") for block in found)
    assert blocks.image(slack.CHART_ID, "x")["image_url"] == f"cid:{slack.CHART_ID}"
    assert blocks.BUTTON_VALUE == slack.BUTTON_VALUE


def test_token_that_is_too_long_for_a_menu_becomes_a_button() -> None:
    """A choice sends back 150 characters at most: with a longer token the button opens the page instead."""
    actions = replace(alta("en").actions, token="t" * 200)
    notice = replace(notices("en")["fired"], items=(replace(alta("en"), actions=actions),))
    [row] = [block for block in json.loads(render_slack(notice, "en")) if block["type"] == "actions"]
    snooze = next(one for one in row["elements"] if one["action_id"] == "snooze")

    assert ("button", actions.snooze) == (snooze["type"], snooze["url"])


@pytest.mark.parametrize(("language", "name"), ALL)
def test_names_call_nobody_and_break_nothing(language: str, name: str) -> None:
    """A place named to call a channel or to be markup is text, in blocks and in mails."""
    notice = renamed(notices(language)[name], HOSTILE)
    sent = json.loads(render_slack(notice, language))
    html = render_email(notice, language).html

    # Slack reads no markup in headings and buttons.
    assert not any("<!" in text or "<b" in text for text in marked_up(sent))
    assert "<b onload" not in html
    assert "&lt;b onload" in html
    assert blocks.disarm(sent) == sent


def marked_up(value: Any) -> list[str]:
    """Return all texts in which Slack reads markup."""
    if isinstance(value, list):
        return [text for each in value for text in marked_up(each)]
    if not isinstance(value, dict):
        return []
    own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
    return own + [text for each in value.values() for text in marked_up(each)]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_text_message_is_one_segment(language: str, name: str) -> None:
    """With the longest branch name place and link are whole, in one segment of GSM-7."""
    parts = render_sms(renamed(notices(language)[name], LONG_NAME), language, takes_replies=True)
    size = measure(shorten(Parts(**asdict(parts))))

    assert ("GSM-7", 1) == (size.encoding.value, size.segments)
    assert parts.link in shorten(Parts(**asdict(parts)))


@given(place=st.text("abcdefghijklmnopqrstuvwxyzæøåäöáčđŋšŧžéÆØÅÁČĐŠŽ -–", min_size=1, max_size=60))
def test_text_message_fits_whatever_the_place(place: str) -> None:
    """Whatever letters of the north a name has, one segment holds it."""
    parts = render_sms(renamed(notices("nb")["fired"], place), "nb")

    assert 1 == measure(shorten(Parts(**asdict(parts)))).segments


def test_parts_are_those_of_the_channel() -> None:
    """The channel shortens by the names of the parts."""
    assert [one.name for one in fields(Parts)] == [one.name for one in fields(SmsParts)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_drivers_and_comparison_go_first(language: str) -> None:
    """What does not fit is dropped in that order; place and link never."""
    parts = replace(render_sms(notices(language)["fired"], language), place="Alta " + "x" * 80)
    sent = shorten(Parts(**asdict(parts)))

    assert parts.drivers not in sent
    assert parts.comparison not in sent
    assert parts.place in sent
    assert parts.link in sent


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_persons_are_not_counted(language: str) -> None:
    """Three joiners are "<5" in every output, and nothing from which three could be worked out is said."""
    notice = notices(language)["small"]
    outputs = (
        render_text(notice, language),
        visible(render_email(notice, language).html),
        render_slack(notice, language),
        str(render_sms(notice, language)),
    )

    for text in outputs:
        said = re.sub(r"9f3a\w*(-e\d)?", "", text.partition("-- ")[0].replace("&lt;", "<"))
        assert "<5" in said or re.search(r"\b(enn|end|than) 5 ", said)
        assert not re.search(r"(?<![\d,.])(3|11|0[.,]2\d?)(?![\d,.:])(?!. gang|rd time)", said)


def test_analyst_sees_few_persons_counted() -> None:
    """Whoever may see small cells reads the figures."""
    notice = notices("en")["small"]
    item = replace(notice.items[0], min_cell=0)

    assert "3 against 14 last year" in render_text(replace(notice, items=(item,)), "en")


@pytest.mark.parametrize(("language", "name"), ALL)
def test_message_has_no_p_value_and_no_share_of_shares(language: str, name: str) -> None:
    """Odds are said as one in so many; a change of a share is no share."""
    text = render_text(notices(language)[name], language)

    assert not re.search(r"\bp\s*[=<]", text)
    assert not re.search(r"%\s*(av|af|of)\b[^.]*%", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_two_lines_stand_alone(language: str) -> None:
    """Subject and preheader say what, where, how bad, against what, and since when."""
    letter = render_email(notices(language)["fired"], language)
    preheader = re.search(r'class="preheader"[^>]*>([^<]*)<', letter.html)
    assert preheader is not None
    two = f"{letter.subject} {preheader[1]}"

    assert letter.text.replace("\n", " ").startswith(letter.subject)
    for figure in ("Alta", "12 ", "24 ", "11,7", "24,0", "12,0", "2026", "2 m"):
        assert figure in two.replace("11.7", "11,7").replace("24.0", "24,0").replace("12.0", "12,0"), figure


def test_too_many_items_are_refused() -> None:
    """More than five are counted, not listed."""
    notice = notices("en")["several"]

    with pytest.raises(ValueError, match="shows 6 items"):
        replace(notice, items=(*notice.items, notice.items[0]))
    with pytest.raises(ValueError, match="late data"):
        replace(notice, items=())


def test_what_is_over_asks_for_nothing() -> None:
    """An end offers no acknowledgement and no first step."""
    text = render_text(notices("en")["resolved"], "en")

    assert "Acknowledge" not in text
    assert "First step" not in text
    assert "Not useful: " in text


@pytest.mark.parametrize(
    ("times", "said"),
    [(1, "First time"), (2, "2nd time"), (3, "3rd time"), (4, "4th time"), (11, "11th time"), (22, "22nd time")],
)
def test_times_are_ordinals(times: int, said: str) -> None:
    """English counts first, second, third."""
    notice = replace(notices("en")["fired"], items=(replace(alta("en"), times=times),))

    assert f"{said} in 24 months" in render_text(notice, "en")


@pytest.mark.parametrize(
    ("one_in", "said"),
    [(950.8, "1 in 950 "), (1234, "1 in 1,200 "), (7.9, "1 in 7 "), (3e7, "fewer than 1 in a million ")],
)
def test_odds_are_rounded_down(one_in: float, said: str) -> None:
    """Two digits, never surer than it is."""
    item = alta("en")
    assert item.sureness is not None
    notice = replace(notices("en")["fired"], items=(replace(item, sureness=replace(item.sureness, one_in=one_in)),))

    assert said in " ".join(render_text(notice, "en").split())


def test_what_has_no_year_before_is_named() -> None:
    """Leavers in groups that did not exist last year are not compared, and the message says how many they are."""
    notice = replace(notices("en")["fired"], items=(replace(alta("en"), left_out=62),))

    assert "62 in groups without figures last year left out" in flat(render_text(notice, "en"))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Kritisk · Frafall – Alta: 12 flere utmeldte enn ventet"),
        ("da", "Kritisk · Frafald – Alta: 12 flere udmeldte end ventet"),
        ("en", "Critical · Churn – Alta: 12 more leavers than expected"),
    ],
)
def test_place_under_two_rules_is_one_place(language: str, said: str) -> None:
    """The place is named, not counted twice; each rule has its own lines."""
    letter = render_email(notices(language)["two_rules"], language)

    assert said == letter.subject
    assert 2 == letter.text.count("\n- ")
