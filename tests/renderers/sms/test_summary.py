"""The lines that the text message of a pack is put together from."""

from dataclasses import replace

import pytest

from renderers.pack import Pack
from renderers.sms import render_sms

LARGE = {
    "large_nb": ("Medlemstall, Oslo, mai 2026", "Medlemmer 1 284 (i fjor 1 245)"),
    "large_da": ("Medlemstal, Oslo, maj 2026", "Medlemmer 1.284 (sidste år 1.245)"),
    "large_en": ("Members, Oslo, May 2026", "Members 1,284 (last year 1,245)"),
}


@pytest.mark.parametrize("name", LARGE)
def test_lines_name_the_place_and_then_figures(sample_packs: dict[str, Pack], name: str) -> None:
    """First whose figures, then each tile with what it is held against, in the reader's language."""
    lines = render_sms(sample_packs[name]).splitlines()

    assert list(LARGE[name]) == [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines[:2]]
    assert 6 == len(lines)


def test_suppressed_figures_stay_suppressed(sample_packs: dict[str, Pack]) -> None:
    """A small cell shows as in the pack; a figure without a base has none beside it."""
    lines = render_sms(sample_packs["small_da"]).splitlines()

    assert ["Indmeldte <5 (sidste år <5)", "Udmeldte skjult (sidste år <5)", "Frafald –"] == lines[2:]


def test_title_is_completed_and_uncertain_figures_are_said_to_be(sample_packs: dict[str, Pack]) -> None:
    """A title without its branch gets it; a banner is told by its first words, on one line."""
    pack = replace(sample_packs["large_nb"], title="Medlemstall", notices=("Tallene er usikre: betalinger.",))

    assert "Medlemstall, Oslo · mai 2026 (Tallene er usikre)" == render_sms(pack).splitlines()[0]
