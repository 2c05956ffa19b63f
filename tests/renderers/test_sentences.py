"""Sentences and the figures in them."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from renderers.sentences import says


@given(
    sentence=st.text(alphabet="17., \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}a%", max_size=14),
    figure=st.text(alphabet="17,", min_size=1, max_size=3),
)
@example(sentence="over 170, og 17 til", figure="17")
@example(sentence="1,17 eller 17", figure="17")
def test_figure_is_said_when_it_stands_alone(sentence: str, figure: str) -> None:
    """A figure that is a part of a longer one is not said, wherever it stands."""
    alone = rf"(?<![\w.,\u00a0\u202f]){re.escape(figure)}(?!\w)(?![.,\u00a0\u202f]\d)"

    assert (re.search(alone, sentence) is not None) == says(sentence, figure)
