"""The text message of a pack: as many figures as one segment holds."""

from hypothesis import given
from hypothesis import strategies as st

from channels.sms import measure
from distributor.dispatch.text_message import as_sentence, text_message

LINES = (
    "Medlemstall, Oslo, mai 2026",
    "Medlemmer 1\N{NO-BREAK SPACE}284 (i fjor 1\N{NO-BREAK SPACE}245)",
    "Innmeldte 38",
)


def test_figures_follow_the_place() -> None:
    """What fits is said on one line, in signs that a text message has."""
    assert "Medlemstall, Oslo, mai 2026: Medlemmer 1 284 (i fjor 1 245), Innmeldte 38" == text_message(LINES)
    assert "Medlemstall" == as_sentence(("Medlemstall",))


def test_last_figures_are_left_out_first() -> None:
    """A figure is there whole or not at all."""
    text = text_message((*LINES, *(f"Tall nummer {number} 1 000" for number in range(20))))

    assert text.startswith("Medlemstall, Oslo, mai 2026: Medlemmer 1 284")
    assert text.endswith("1 000")
    assert 135 < len(text) <= 160


@given(lines=st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_always_one_segment(lines: list[str]) -> None:
    """Whatever the names: never more than one segment."""
    assert 1 == measure(text_message(lines)).segments
