"""A press that draws the fast way makes the same documents as the full way, and says how it made them."""

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from renderers import documents, proof
from renderers.charts.proof import distance
from renderers.documents import FAST, DocumentPress, Documents, render_documents
from renderers.errors import RenderError
from renderers.pack import Format, Pack
from renderers.pdf import PdfPress
from renderers.proof import prove
from renderers.xlsx import XlsxPress

ALL = tuple(Format)
NAMES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")


@pytest.fixture(scope="module")
def press() -> DocumentPress:
    """Return one press for all packs of this module, as a run has it."""
    return DocumentPress()


def by_name(made: Documents) -> dict[str, bytes]:
    return {artifact.name: artifact.content for artifact in made.artifacts}


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_the_same(press: DocumentPress, sample_packs: dict[str, Pack], name: str) -> None:
    """HTML and text are equal, workbooks file by file, and charts cannot be told apart."""
    pack = replace(sample_packs[name], branch_name=f"{sample_packs[name].branch_name} – et svært langt navn")
    full, fast = by_name(render_documents(pack, ALL)), by_name(press.render(pack, ALL))

    assert list(full) == list(fast)
    assert (full["pack.html"], full["pack.txt"]) == (fast["pack.html"], fast["pack.txt"])
    with zipfile.ZipFile(BytesIO(full["pack.xlsx"])) as one, zipfile.ZipFile(BytesIO(fast["pack.xlsx"])) as two:
        assert [(part, one.read(part)) for part in one.namelist()] == [
            (part, two.read(part)) for part in two.namelist()
        ]
    pictures = [part for part in full if part.endswith(".png")]
    apart = {part: distance(Image.open(BytesIO(full[part])), fast[part]) for part in pictures}
    # Both have a palette of their own here, and each is a little off.
    assert [] == [
        part for part, one in apart.items() if one is None or one.mean_levels > 1.5 or one.visible_share > 0.02
    ]


def test_ways_are_told(press: DocumentPress, sample_packs: dict[str, Pack]) -> None:
    """Charts, PDF and XLSX each say how they were made, and only those that were asked for."""
    pack = sample_packs["large_nb"]
    press.render(pack, ALL)

    assert {"charts", "pdf", "xlsx"} == set(press.render(pack, ALL).ways)
    assert {"charts": "fast", "xlsx": "fast"} == press.render(pack, (Format.html, Format.xlsx)).ways


def test_switched_off_press_draws_the_full_way(sample_packs: dict[str, Pack]) -> None:
    """`fast=False` is the reference, and says so."""
    pack = sample_packs["small_da"]

    made = DocumentPress(fast=False).render(pack, ALL, image_scale=1)

    assert dict.fromkeys(("charts", "pdf", "xlsx"), "full: switched off") == made.ways
    assert made.artifacts == render_documents(pack, ALL, image_scale=1).artifacts


def test_refused_document_is_drawn_the_full_way(sample_packs: dict[str, Pack]) -> None:
    """What a proof refused is made the full way with its reason; the others stay fast."""
    pack = sample_packs["small_da"]
    press = DocumentPress(refused={"charts": "not proved, off by 3 levels"})

    made = press.render(pack, (Format.html,), image_scale=1)

    assert {"charts": "full: not proved, off by 3 levels"} == made.ways
    assert made.artifacts == render_documents(pack, (Format.html,), image_scale=1).artifacts


def test_broken_fast_way_costs_no_document(sample_packs: dict[str, Pack], monkeypatch: pytest.MonkeyPatch) -> None:
    """If the fast way breaks on a pack, its document is made the full way and the error is told."""

    def broken(*_: object, **__: object) -> tuple[bytes, str]:
        raise AttributeError("no such method")

    monkeypatch.setattr(documents, "draw_chart_fast", broken)
    pack = sample_packs["small_da"]

    made = DocumentPress().render(pack, (Format.html,), image_scale=1)

    assert {"charts": "full: AttributeError: no such method"} == made.ways
    assert made.artifacts == render_documents(pack, (Format.html,), image_scale=1).artifacts


def test_error_of_the_pack_itself_is_raised(sample_packs: dict[str, Pack]) -> None:
    """What no way can draw is an error, not a reason to draw again."""
    pack = replace(sample_packs["small_da"], language="xx")

    with pytest.raises(RenderError, match="xx"):
        DocumentPress().render(pack, ALL)


def test_proof_finds_nothing_on_a_whole_pack(sample_packs: dict[str, Pack]) -> None:
    """Both ways agree on a pack with every kind of section."""
    assert {} == prove(sample_packs["large_nb"], ALL, pdf=PdfPress(), xlsx=XlsxPress())


def test_press_that_was_proved_has_learned_from_it(sample_packs: dict[str, Pack]) -> None:
    """The proof is no lost work: the workbook of the sample's shape need not be written the full way once more."""
    pdf, xlsx = PdfPress(), XlsxPress()
    prove(sample_packs["large_nb"], ALL, pdf=pdf, xlsx=xlsx)

    proved = DocumentPress(pdf=pdf, xlsx=xlsx).render(sample_packs["large_nb"], ALL)

    assert {"charts": FAST, "pdf": FAST, "xlsx": FAST} == proved.ways
    assert FAST != DocumentPress().render(sample_packs["large_nb"], ALL).ways["xlsx"]


def test_proof_names_what_differs(sample_packs: dict[str, Pack], monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast way that draws another chart is found out."""
    real = proof.draw_chart_fast

    def moved(chart, **options):  # type: ignore[no-untyped-def]
        return real(replace(chart, series=chart.series[:1]), **options)

    monkeypatch.setattr(proof, "draw_chart_fast", moved)

    found = prove(sample_packs["large_nb"], (Format.html,), pdf=PdfPress(), xlsx=XlsxPress())

    assert ["charts"] == list(found)
    assert "the picture of" in found["charts"]
