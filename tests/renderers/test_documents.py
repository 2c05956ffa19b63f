"""All documents of a pack, from one set of sections."""

from collections.abc import Collection

import pytest

from renderers.documents import render_documents
from renderers.pack import Format, Pack
from renderers.sections import ChartSection

FILES = {
    Format.html: ("pack.html",),
    Format.pdf: ("pack.pdf",),
    Format.xlsx: ("pack.xlsx",),
    Format.summary: ("slack.json", "sms.txt"),
}


@pytest.mark.parametrize(
    "formats", [(), (Format.html,), (Format.xlsx,), (Format.pdf,), (Format.summary,), tuple(Format)]
)
def test_what_is_asked_for_is_made_and_the_text_always(
    formats: Collection[Format], sample_packs: dict[str, Pack]
) -> None:
    """Each format asked for gives its file; the plain text, which everyone can open, is always there."""
    made = render_documents(sample_packs["small_da"], formats, image_scale=1)

    documents = {artifact.name for artifact in made.artifacts if not artifact.content_id}
    assert {"pack.txt", *(name for one in formats for name in FILES[one])} == documents
    assert all(artifact.content for artifact in made.artifacts)


def test_pictures_come_with_the_html_that_names_them(sample_packs: dict[str, Pack]) -> None:
    """Every chart with data is one picture of the mail, and the HTML names each by its content id."""
    pack = sample_packs["large_nb"]

    made = render_documents(pack, (Format.html,), image_scale=1)

    charts = {one.key for one in pack.sections if isinstance(one, ChartSection) and not one.empty}
    pictures = {one.name.removesuffix(".png"): one for one in made.artifacts if one.content_id}
    [html] = [one.content.decode() for one in made.artifacts if one.name == "pack.html"]
    assert charts == set(pictures)
    assert all(f"cid:{one.content_id}" in html for one in pictures.values())
    assert html.count("cid:") == len(pictures)


def test_pictures_alone_are_not_attached_for_other_formats(sample_packs: dict[str, Pack]) -> None:
    """A PDF holds its pictures itself."""
    made = render_documents(sample_packs["regional_nb"], (Format.pdf,), image_scale=1)

    assert ["pack.pdf", "pack.txt"] == sorted(artifact.name for artifact in made.artifacts)


def test_summary_comes_with_the_picture_of_its_first_chart(sample_packs: dict[str, Pack]) -> None:
    """A message to Slack shows one chart; beside HTML its picture is the one that the mail shows."""
    pack = sample_packs["large_nb"]

    alone = render_documents(pack, (Format.summary,), image_scale=1)
    both = render_documents(pack, (Format.summary, Format.html), image_scale=1)

    [picture] = [one for one in alone.artifacts if one.content_id]
    [blocks] = [one.content.decode() for one in alone.artifacts if one.name == "slack.json"]
    assert f'"cid:{picture.content_id}"' in blocks
    assert picture in both.artifacts
    assert len([one for one in both.artifacts if one.content_id]) == len({one.name for one in both.artifacts}) - 4


def test_same_pack_gives_the_same_bytes(sample_packs: dict[str, Pack]) -> None:
    """Rendering is pure: nothing of the clock or of the process stands in a file."""
    first, second = (render_documents(sample_packs["small_da"], tuple(Format), image_scale=1) for _ in range(2))

    assert [one.name for one in first.artifacts if one not in second.artifacts] == []


def test_seconds_are_told_by_stage(sample_packs: dict[str, Pack]) -> None:
    """Each stage has its CPU seconds; a format that was not asked for takes none."""
    pack = sample_packs["small_da"]

    assert {"charts", "html", "text", "pdf", "xlsx", "summary"} == set(render_documents(pack, tuple(Format)).seconds)
    assert "text" in render_documents(pack, ()).seconds
    assert set() == {"html", "pdf", "xlsx"} & set(render_documents(pack, ()).seconds)
    assert all(value >= 0 for value in render_documents(pack, ()).seconds.values())
