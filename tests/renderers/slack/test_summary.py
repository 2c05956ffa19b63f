"""The summary of a pack for Slack: within Slack's limits, calling nobody, with the figures of the pack."""

import json
from typing import Any

import pytest

from renderers.pack import Pack
from renderers.sections import ChartSection, TableSection, TilesSection
from renderers.slack import first_chart, render_slack

NAMES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")


def blocks_of(pack: Pack) -> list[dict[str, Any]]:
    key = first_chart(pack)
    made = json.loads(render_slack(pack, chart_id=f"{key}@pack" if key else "", alt_text="A line that rises."))
    assert isinstance(made, list)
    return made


def texts_of(value: Any) -> list[str]:
    """Return every text that Slack reads as markup."""
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return own + [text for each in value.values() for text in texts_of(each)]


@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_within_the_limits_of_slack(sample_packs: dict[str, Pack], name: str) -> None:
    """Header 150, section 3000, ten fields of 2000, 50 blocks, and far from the length of all that Slack refuses."""
    blocks = blocks_of(sample_packs[name])

    assert 50 >= len(blocks)
    assert 10_000 > len(json.dumps(blocks, ensure_ascii=False))
    for block in blocks:
        match block["type"]:
            case "header":
                assert 150 >= len(block["text"]["text"]) > 0
            case "section":
                assert 10 >= len(block.get("fields", []))
                assert all(2000 >= len(each["text"]) > 0 for each in block.get("fields", []))
    assert all(3000 >= len(text) > 0 for text in texts_of(blocks))


@pytest.mark.parametrize("name", NAMES)
def test_every_tile_is_there_with_what_it_is_held_against(sample_packs: dict[str, Pack], name: str) -> None:
    """Title, and each tile's label, value and comparison sentences; suppressed figures as "<5"."""
    pack = sample_packs[name]
    text = "\n".join(texts_of(blocks_of(pack))).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    for section in pack.sections:
        if isinstance(section, TilesSection):
            for tile in section.tiles:
                assert f"*{tile.value.text}*" in text
                assert all(one.sentence in text for one in tile.comparisons)


def test_names_cannot_call_people_or_mark_up(sample_packs: dict[str, Pack]) -> None:
    """What comes from outside is escaped: no tag, no call, and none that a bare name becomes."""
    texts = texts_of(blocks_of(sample_packs["awkward_en"]))

    assert any("Branch &lt;merged&gt; &amp; renamed" in text for text in texts)
    assert [] == [text for text in texts if "<" in text or ">" in text]


def test_first_chart_comes_as_a_picture_with_words(sample_packs: dict[str, Pack]) -> None:
    """The first chart that has data is named by its content id; a pack without one shows no picture."""
    pack = sample_packs["large_nb"]
    [picture] = [block for block in blocks_of(pack) if block["type"] == "image"]
    first = next(one.key for one in pack.sections if isinstance(one, ChartSection) and not one.empty)

    assert (f"cid:{first}@pack", "A line that rises.") == (picture["image_url"], picture["alt_text"])
    assert [] == [block for block in blocks_of(sample_packs["empty_nb"]) if block["type"] == "image"]


def test_tables_and_rows_stay_in_the_pack(sample_packs: dict[str, Pack]) -> None:
    """Nothing of a table is posted: its rows may name what not everybody in a channel may see."""
    pack = sample_packs["large_nb"]
    text = render_slack(pack)

    rows = [row for one in pack.sections if isinstance(one, TableSection) for row in one.rows]
    assert rows
    assert [] == [row[0].text for row in rows if row[0].text in text]
