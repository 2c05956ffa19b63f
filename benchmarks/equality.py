"""Whether the fast ways show what the full ways show: every branch of the demo, each language, every report.

Run: python -m benchmarks.equality [--every N] [--pictures DIR]

Charts are held against each other pixel by pixel, workbooks file by file, and PDFs by what they say and show: the text
that PDFium extracts, the pages at 100 dpi, tags, language, alt texts, bookmarks and metadata. The ten charts and the
ten pages that are furthest apart are written side by side: the full way (of charts the drawing, at 200 %), the fast
one, and their difference times eight.
"""

import argparse
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.equal_pdfs import MOST_NOISY, NOISE, PdfPair, compare_pdfs
from benchmarks.side_by_side import side_by_side
from benchmarks.sides import config_text
from distributor.bootstrap import make_application
from distributor.demo.organisation import write_organisation
from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report, prepare_edition
from distributor.jobs.progress import Silence
from distributor.packs.assemble import assemble_pack
from distributor.packs.plan import burst_branches
from renderers.charts import PHONE, draw_chart, draw_chart_fast
from renderers.charts.artists import draw_artists
from renderers.charts.drawing import draw_sheet
from renderers.charts.proof import Distance, distance
from renderers.documents import drawn_charts
from renderers.language import LANGUAGES
from renderers.pack import Pack
from renderers.pdf import PdfPress
from renderers.xlsx import XlsxPress, render_xlsx

_PERIODS = {
    "monthly_branch_pack": "2026-05",
    "quarterly_rep_report": "2026-Q1",
    "region_rollup": "2026-05",
    "weekly_watch_list": "2026-W22",
}
_WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A chart drawn both ways."""

    name: str
    drawing: Image.Image  # before any palette
    fast: bytes
    apart: Distance
    full_apart: Distance  # the full way's own palette


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth branch")
    parser.add_argument("--pictures", type=Path, help="folder for the worst ten of each")
    asked = parser.parse_args()
    charts: list[Pair] = []
    pdfs: list[PdfPair] = []
    full_way = workbooks = unequal = learned = 0
    press, pdf_press = XlsxPress(), PdfPress()
    for pack in _packs(asked.every):
        for pair in _pairs(pack):
            if pair is None:
                full_way += 1
            else:
                charts.append(pair)
        pdfs.append(_kept(pdfs, compare_pdfs(pdf_press, pack)))
        workbook, way = press.render(pack)
        workbooks += 1
        learned += way != "fast"
        unequal += way == "fast" and not _same_files(render_xlsx(pack), workbook)
    print(
        f"{len(charts)} charts fast, {full_way} the full way for their size; held against the drawing in full colour:"
    )
    for way, found in (("fast", [pair.apart for pair in charts]), ("full", [pair.full_apart for pair in charts])):
        means, shares = np.array([one.mean_levels for one in found]), np.array([one.visible_share for one in found])
        print(
            f"{way}: mean difference {means.mean():.3f} levels, worst chart {means.max():.3f}; off by more than 16 "
            f"levels {shares.mean():.4%} of the pixels, worst chart {shares.max():.3%}"
        )
    print(f"{sum(not pair.apart.is_close for pair in charts)} charts outside the bound")
    print(f"{workbooks} workbooks, {learned} written the full way to learn from, {unequal} others unequal")
    _tell_pdfs(pdfs)
    if asked.pictures:
        _write_worst(asked.pictures, charts)
        _write_worst_pages(asked.pictures, pdfs)


def _kept(pdfs: list[PdfPair], found: PdfPair) -> PdfPair:
    """Return *found* without its picture if ten other pages are further apart: all of them would fill the memory."""
    further = sum(one.noisy_share > found.noisy_share for one in pdfs)
    return replace(found, worst=None) if further >= _WORST else found


def _tell_pdfs(pdfs: list[PdfPair]) -> None:
    fast = [one for one in pdfs if not one.reason]
    shares = [one.noisy_share for one in fast] or [0.0]
    print(f"{len(fast)} PDFs fast, {len(pdfs) - len(fast)} the full way")
    print(
        f"{sum(not one.has_same_text for one in fast)} with another text, {sum(bool(one.unlike) for one in fast)} with "
        f"other tags, metadata or ink, {sum(share > MOST_NOISY for share in shares)} with a page outside the bound"
    )
    print(
        f"off by more than {NOISE} levels: mean {np.mean(shares):.4%} of the worst page of each, worst "
        f"{max(shares):.4%}, bound {MOST_NOISY:.2%}"
    )
    for reason, count in Counter(one.reason for one in pdfs if one.reason).most_common(_WORST):
        print(f"full {count} times: {reason}")
    for one in fast:
        if not one.is_equal:
            print(f"unequal: {one.name}: {'; '.join(one.unlike) or 'text or pixels'}")


def _packs(every: int) -> Iterator[Pack]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_organisation(folder / "organisation")
        config = folder / "config.toml"
        config.write_text(config_text(folder / "organisation", folder), "utf-8")
        app = make_application(config)
        for report in app.catalogue.reports:
            yield from _packs_of(app, report, folder, every)


def _packs_of(app: Application, name: str, folder: Path, every: int) -> Iterator[Pack]:
    report, period, tree = find_report(app, name), read_period(app, name, _PERIODS[name]), app.directory.load().tree
    figures = folder / name
    figures.mkdir()
    order = Order(report=report, period=period, run_id="equality", folder=figures, tree=tree)
    edition = prepare_edition(app, order, now=datetime.now(UTC), progress=Silence()).edition
    for branch in burst_branches(report, tree, period.window, ())[::every]:
        for language in LANGUAGES:
            yield assemble_pack(edition, branch, language)


def _pairs(pack: Pack) -> Iterator[Pair | None]:
    """Draw each chart both ways; None for one that is too large for the fast way."""
    for key, chart in drawn_charts(pack).items():
        fast, way = draw_chart_fast(chart, size=PHONE, accent=pack.accent)
        if way != "fast":
            yield None
            continue
        drawing = draw_artists(draw_sheet(chart, size=PHONE, scale=2, accent=pack.accent))
        full = draw_chart(chart, size=PHONE, accent=pack.accent)
        apart, full_apart = distance(drawing, fast), distance(drawing, full)
        if apart is None or full_apart is None:
            raise SystemExit(f"{pack.branch_name}, {key}: the pictures are not of one size")
        name = f"{pack.report} {pack.branch_id} {pack.language} {key}"
        yield Pair(name=name, drawing=drawing, fast=fast, apart=apart, full_apart=full_apart)


def _badness(pair: Pair) -> tuple[float, float]:
    return pair.apart.visible_share, pair.apart.mean_levels


def _same_files(one: bytes, two: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(one)) as first, zipfile.ZipFile(BytesIO(two)) as second:
        names = first.namelist()
        return names == second.namelist() and all(first.read(name) == second.read(name) for name in names)


def _write_worst(folder: Path, charts: list[Pair]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, pair in enumerate(sorted(charts, key=_badness, reverse=True)[:_WORST], start=1):
        picture = side_by_side(pair.drawing, Image.open(BytesIO(pair.fast)), scale=2)
        picture.save(folder / f"worst_{number:02}.png")
        print(f"worst {number:2}  {pair.apart.visible_share:.3%}  {pair.apart.mean_levels:.3f} levels  {pair.name}")


def _write_worst_pages(folder: Path, pdfs: list[PdfPair]) -> None:
    ordered = sorted(pdfs, key=lambda one: one.noisy_share, reverse=True)[:_WORST]
    for number, pair in enumerate(ordered, start=1):
        if pair.worst is not None:
            pair.worst.save(folder / f"worst_page_{number:02}.png")
            print(f"worst page {number:2}  {pair.noisy_share:.4%}  {pair.name}")


if __name__ == "__main__":
    main()
