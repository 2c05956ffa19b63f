"""The HTML body: every figure, safe markup, readable on a phone."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from renderers.errors import DocumentTooLargeError, MissingChartError
from renderers.formats import INTEGER, TEXT, Cell
from renderers.html import LIMIT_BYTES, render_html
from renderers.pack import Pack
from renderers.sections import ChartSection, Column, TableSection, TilesSection

_VOID = {"meta", "img", "br", "hr", "link"}
NAMES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")


class Page(HTMLParser):
    """Elements with their attributes, the visible text, and tags that are not closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.texts.append(" ".join(data.split(" ")).strip())

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _charts(pack: Pack) -> dict[str, str]:
    return {s.key: f"{s.key}@pack" for s in pack.sections if isinstance(s, ChartSection) and not s.empty}


def _html(pack: Pack) -> str:
    charts = _charts(pack)
    return render_html(pack, chart_ids=charts, alt_texts={key: f"What {key} shows" for key in charts})


def _texts(pack: Pack) -> Iterator[str]:
    """Yield every text that the HTML must carry; the figures of charts are in their pictures."""
    yield from (pack.organisation, *pack.notices, pack.about.period, pack.about.owner, *pack.about.sources)
    yield from (text for definition in pack.about.definitions for text in (definition.label, definition.text))
    for section in pack.sections:
        yield from (section.heading, section.note)
        match section:
            case TilesSection():
                for tile in section.tiles:
                    yield from (tile.label, tile.value.text, tile.note)
                    yield from (comparison.sentence for comparison in tile.comparisons)
                    yield from (comparison.base.text for comparison in tile.comparisons if comparison.base.value)
            case TableSection():
                yield from (section.empty, section.more)
                if not section.empty:
                    yield from (column.label for column in section.columns)
                    yield from (cell.text for row in (*section.rows, section.total or ()) for cell in row)
            case ChartSection():
                yield section.empty
            case _:
                yield from section.paragraphs


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_and_text_is_there(sample_packs: dict[str, Pack], name: str) -> None:
    """Tiles, comparisons, tables, sentences and definitions all stand in the visible text."""
    text = Page(_html(sample_packs[name])).text
    assert [each for each in _texts(sample_packs[name]) if each not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_table_has_each_cell_once(sample_packs: dict[str, Pack], name: str) -> None:
    """A table's cells occur as often as in the pack: nothing is doubled or dropped."""
    page = Page(_html(sample_packs[name]))
    tables = [s for s in sample_packs[name].sections if isinstance(s, TableSection) and not s.empty]
    lines = [line for table in tables for line in (*table.rows, *([table.total] if table.total else []))]
    expected = sum(len(line) for line in lines)
    actual = [tag for tag, attributes in page.elements if attributes.get("scope") == "row"]
    assert len(lines) == len(actual)
    figures = [
        each for each in page.all("td") if ("align" in each and "class" not in each) or each.get("class") == "bare"
    ]
    assert expected - len(lines) == len(figures)


@pytest.mark.parametrize("name", NAMES)
def test_document_is_well_formed(sample_packs: dict[str, Pack], name: str) -> None:
    """Every element is closed in order, and the document has language, title and the branch's mark."""
    pack = sample_packs[name]
    source = _html(pack)
    page = Page(source)
    assert page.open == []
    assert source.startswith("<!DOCTYPE html>")
    assert pack.language == page.all("html")[0]["lang"]
    metas = {each.get("name"): each.get("content") for each in page.all("meta")}
    assert pack.branch_id == metas["x-branch"]
    assert metas["color-scheme"] == "light dark"


def test_names_that_look_like_markup_stay_text(sample_packs: dict[str, Pack]) -> None:
    """A branch or workplace called <script> is printed, never run."""
    page = Page(_html(sample_packs["awkward_en"]))
    assert page.all("script") + page.all("b") == []
    assert "<script>alert(1)</script>" in page.text
    assert "<b>Bold & Sons</b>" in page.text
    assert page.text.count("North <b>&</b> South-East Inner Harbour") >= 1


def test_tables_are_marked_for_screen_readers(sample_packs: dict[str, Pack]) -> None:
    """Layout tables say that they are none; data tables have heads for columns and rows."""
    page = Page(_html(sample_packs["large_nb"]))
    data = [each for each in page.all("table") if each.get("role") != "presentation"]
    tables = [s for s in sample_packs["large_nb"].sections if isinstance(s, TableSection)]
    scopes = Counter(each.get("scope") for each in page.all("th"))
    assert len(tables) == len(data)
    assert sum(len(table.columns) for table in tables) == scopes["col"]
    assert sum(len(table.rows) + (table.total is not None) for table in tables) == scopes["row"]


def test_verdicts_are_words_and_signs_not_only_colour(sample_packs: dict[str, Pack]) -> None:
    """A rise that is bad says so in a word beside its arrow, in the reader's language."""
    texts = {name: Page(_html(sample_packs[name])).text.replace("\N{NO-BREAK SPACE}", " ") for name in NAMES}
    assert "▲ dårligere" in texts["large_nb"]
    assert "▼ bedre" in texts["large_nb"]
    assert "▲ dårligere" in texts["large_da"]
    assert "▲ worse" in texts["large_en"]


def test_base_that_the_sentence_says_is_not_repeated(sample_packs: dict[str, Pack]) -> None:
    """ "16 under målet på 1 300" needs no second 1 300; last year's value is not in its sentence and is added."""
    text = Page(_html(sample_packs["large_nb"])).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Mål: 1 300" not in text
    assert "I fjor: 1 245" in text


def test_pictures_are_named_by_content_id_with_alt_text(sample_packs: dict[str, Pack]) -> None:
    """Each chart is one image from the mail itself; nothing is loaded from the network."""
    source = _html(sample_packs["large_nb"])
    images = Page(source).all("img")
    expected = [(f"cid:{key}@pack", f"What {key} shows") for key in _charts(sample_packs["large_nb"])]
    assert expected == [(image["src"], image["alt"]) for image in images]
    assert "http" not in source
    assert "url(" not in source


def test_empty_sections_say_why(sample_packs: dict[str, Pack]) -> None:
    """A chart without data is a sentence, not a picture."""
    page = Page(_html(sample_packs["empty_nb"]))
    assert "Ingen innmeldte i perioden, så det er ikke noe å vise her." in page.text
    assert page.all("img") == []


def test_dark_and_phone_rules_survive_inlining(sample_packs: dict[str, Pack]) -> None:
    """The rules that cannot be inlined stay; all others stand on their elements."""
    source = _html(sample_packs["large_nb"])
    style = "".join(re.findall(r"<style>(.*?)</style>", source.replace("\n", " ")))
    assert "prefers-color-scheme: dark" in style or "prefers-color-scheme:dark" in style
    assert re.search(r"max-width:\s*519px", style)
    assert 'class="card" style="' in source


def test_mailbox_shows_the_first_sentence(sample_packs: dict[str, Pack]) -> None:
    """The preheader is the summary's first sentence, or the key figures where there is no summary."""
    first = next(text for text in Page(_html(sample_packs["small_da"])).texts if text)
    assert first.startswith("Medlemmer 7 · Indmeldte <5")
    first = next(text for text in Page(_html(sample_packs["large_nb"])).texts if text)
    assert first.startswith("Oslo har 1 284 medlemmer")


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_far_below_the_limit(sample_packs: dict[str, Pack], name: str) -> None:
    """A pack of the usual size takes less than half of what Gmail shows."""
    assert len(_html(sample_packs[name]).encode()) < LIMIT_BYTES / 2


def test_too_large_document_is_refused(sample_packs: dict[str, Pack]) -> None:
    """A table that would be clipped is an error with the branch's name, never a cut table."""
    row = (Cell(value="x", text="x" * 40), Cell(value=1, text="1"))
    columns = (Column(label="A", value_format=TEXT), Column(label="B", value_format=INTEGER))
    table = TableSection(key="long", heading="Long", columns=columns, rows=(row,) * 900)
    with pytest.raises(DocumentTooLargeError, match='branch "1151"'):
        _html(replace(sample_packs["empty_nb"], sections=(table,)))


def test_missing_picture_is_refused(sample_packs: dict[str, Pack]) -> None:
    """A chart without picture or alt text stops the document."""
    pack = sample_packs["small_da"]
    with pytest.raises(MissingChartError, match='"joiners" has no picture'):
        render_html(pack, chart_ids={}, alt_texts={})
    with pytest.raises(MissingChartError, match='"joiners" has no alt text'):
        render_html(pack, chart_ids={"joiners": "a@b"}, alt_texts={})


def test_same_pack_gives_same_bytes_in_every_process(sample_packs: dict[str, Pack]) -> None:
    """Two processes with other hash seeds write the same document."""
    code = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('s', sys.argv[1]);"
        "m = importlib.util.module_from_spec(spec); sys.modules['s'] = m; spec.loader.exec_module(m);"
        "from renderers.html import render_html; p = m.sample_packs()['large_nb'];"
        "k = [s.key for s in p.sections];"
        "d = render_html(p, chart_ids={x: x + '@pack' for x in k}, alt_texts={x: 'What ' + x + ' shows' for x in k});"
        "sys.stdout.buffer.write(d.encode())"
    )
    samples = sys.modules["renderers_samples"].__file__ or ""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, samples], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert {_html(sample_packs["large_nb"]).encode()} == outputs
