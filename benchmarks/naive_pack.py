"""The monthly branch pack as an analyst's script makes it: the yardstick that the product is measured against.

Written as such scripts are: pandas and a query for each dataset and branch, pyplot, Jinja, WeasyPrint, openpyxl.
Neither tuned nor slowed down. The figures are those of report_specs/union/metrics.yaml. It does less than the product:
one language, no suppression of small cells, no check of foreign rows, no alt text from the data, no tagged PDF, no
summary and no charts in the workbook.
"""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy import Engine
from weasyprint import HTML

from benchmarks.naive_charts import draw_charts
from benchmarks.naive_figures import AS_OF, Figures, Tile, compute_figures

ORGANISATION = "Fellesforeningen"
SENDER = "Fellesforeningen <analyse@fellesforeningen.example>"
MONTH = "mai 2026"
LABELS = {
    "members": "Medlemmer",
    "joiners": "Innmeldte",
    "leavers": "Utmeldte",
    "churn": "Frafall siste 12 måneder",
    "rep_coverage": "Tillitsvalgtdekning",
}
LOWER_IS_BETTER = {"leavers", "churn"}
SHARES = {"churn": 1, "rep_coverage": 0}  # printed as percentages, with so many decimals
TEXT = """\
{{ title }}

{% for tile in tiles -%}
{{ tile.label }}: {{ tile.value }} ({{ tile.versus|map(attribute='text')|join('; ') }})
{% endfor %}
De største arbeidsplassene: medlemmer, innmeldte, utmeldte
{% for row in workplaces -%}
- {{ row.workplace }}: {{ row.members|number }}, {{ row.joiners|number }}, {{ row.leavers|number }}
{% endfor %}
Arbeidsplasser uten tillitsvalgt: medlemmer, siste tillitsvalgt til
{% for row in without_rep -%}
- {{ row.workplace }}: {{ row.members|number }}, {{ row.last_rep_on|day or "ingen før" }}
{% endfor %}
Diagrammene står i den formaterte utgaven av denne e-posten og i PDF-filen.
"""

Stopwatch = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveBranch:
    """A branch, the ids whose rows count in it, and the addresses of those who lead it."""

    branch_id: str
    name: str
    ids: tuple[str, ...]
    addresses: tuple[str, ...]


def make_pack(
    branch: NaiveBranch,
    *,
    engine: Engine,
    targets: pd.DataFrame,
    organisation_churn: "pd.Series[float]",
    out: Path,
    stage: Stopwatch,
) -> Path:
    """Make a branch's pack and write it as <branch id>.eml, with its images in a folder beside it.

    Args:
        branch: The branch.
        engine: The register.
        targets: The budget.
        organisation_churn: Churn by age band of the whole organisation.
        out: Folder to write into.
        stage: Called with data, charts, html, pdf, xlsx and mime around the part of the work with that name.

    Returns:
        The e-mail's path.
    """
    images = out / "images" / branch.branch_id
    images.mkdir(parents=True, exist_ok=True)
    title = f"Medlemstall for {branch.name}, {MONTH}"
    with stage("data"):
        figures = compute_figures(list(branch.ids), engine, targets, organisation_churn)
    with stage("charts"):
        charts = draw_charts(figures, images)
    with stage("html"):
        context = _context(figures, title, charts)
        html = ENVIRONMENT.get_template("naive_template.html").render(context, images="cid:")
        plain = ENVIRONMENT.from_string(TEXT).render(context)
    with stage("pdf"):
        pdf = HTML(string=html.replace('src="cid:', 'src="'), base_url=f"{images}/").write_pdf()
    with stage("xlsx"):
        xlsx = _workbook(figures)
    with stage("mime"):
        stem = f"medlemstall-{branch.branch_id}-2026-05"
        message = _message(branch, title, plain, html, [images / name for name in charts])
        message.add_attachment(pdf, "application", "pdf", filename=f"{stem}.pdf")
        subtype = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        message.add_attachment(xlsx, "application", subtype, filename=f"{stem}.xlsx")
        path = out / f"{branch.branch_id}.eml"
        path.write_bytes(bytes(message))
    return path


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def _day(value: pd.Timestamp) -> str:
    return "" if pd.isna(value) else f"{value.day}.{value.month}.{value.year}"


def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters |= {"number": _number, "day": _day}
    return environment


ENVIRONMENT = _environment()


def _context(figures: Figures, title: str, charts: dict[str, str]) -> dict[str, Any]:
    return {
        "title": title,
        "organisation": ORGANISATION,
        "as_of": _day(AS_OF),
        "tiles": [_tile(tile) for tile in figures.tiles],
        "charts": [{"name": name, "title": heading} for name, heading in charts.items()],
        "workplaces": figures.workplaces.to_dict("records") if figures.workplaces_in_all else [],
        "workplaces_in_all": figures.workplaces_in_all,
        "without_rep": figures.without_rep.to_dict("records"),
    }


def _tile(tile: Tile) -> dict[str, Any]:
    versus = [_versus("I fjor", tile, tile.last_year)]
    if tile.target is not None:
        versus.append(_versus("Mål", tile, tile.target))
    return {"label": LABELS[tile.name], "value": _value(tile.name, tile.value), "versus": versus}


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in SHARES:
        return f"{value * 100:.{SHARES[name]}f}\N{NO-BREAK SPACE}%".replace(".", ",")
    return _number(value)


def _versus(label: str, tile: Tile, base: float | None) -> dict[str, str]:
    """Say what the figure is held against, and the difference."""
    if tile.value is None or base is None:
        return {"text": f"{label}: {_value(tile.name, base)}", "tone": ""}
    difference = tile.value - base
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference < 0 else "±"
    size = _value(tile.name, abs(difference)).replace("%", "p.p.")
    is_good = (difference < 0) == (tile.name in LOWER_IS_BETTER)
    tone = "" if not difference else "good" if is_good else "bad"
    return {"text": f"{label}: {_value(tile.name, base)} ({sign}{size})", "tone": tone}


def _workbook(figures: Figures) -> bytes:
    """Write key figures and both tables, a sheet each, with bold heads and columns as wide as their text."""
    tiles = pd.DataFrame(
        [(LABELS[tile.name], tile.value, tile.last_year, tile.target) for tile in figures.tiles],
        columns=["Nøkkeltall", "Mai 2026", "I fjor", "Mål"],
    )
    workplaces = figures.workplaces.set_axis(["Arbeidsplass", "Medlemmer", "Innmeldte", "Utmeldte"], axis=1)
    without_rep = figures.without_rep.set_axis(["Arbeidsplass", "Medlemmer", "Siste tillitsvalgt til"], axis=1)
    without_rep["Siste tillitsvalgt til"] = without_rep["Siste tillitsvalgt til"].dt.date
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        tiles.to_excel(writer, sheet_name="Nøkkeltall", index=False)
        workplaces.to_excel(writer, sheet_name="Arbeidsplasser", index=False)
        without_rep.to_excel(writer, sheet_name="Uten tillitsvalgt", index=False)
        for row, name in enumerate(LABELS, start=2):
            for column in (2, 3, 4):
                cell = writer.sheets["Nøkkeltall"].cell(row, column)
                cell.number_format = {1: "0.0%", 0: "0%"}.get(SHARES.get(name, -1), "#,##0")
        for sheet in writer.sheets.values():
            sheet.freeze_panes = "A2"
            for number, cells in enumerate(sheet.iter_cols(), start=1):
                width = max(len(str(cell.value or "")) for cell in cells)
                sheet.column_dimensions[get_column_letter(number)].width = min(width + 3, 50)
        for cell in writer.sheets["Arbeidsplasser"][len(workplaces) + 1]:
            cell.font = Font(bold=True)
    return file.getvalue()


def _message(branch: NaiveBranch, title: str, plain: str, html: str, images: list[Path]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = title
    message["From"] = SENDER
    if branch.addresses:
        message["To"] = ", ".join(branch.addresses)
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="fellesforeningen.example")
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    page = message.get_body(("html",))
    assert page is not None
    for image in images:
        page.add_related(
            image.read_bytes(), "image", "png", cid=f"<{image.name}>", filename=image.name, disposition="inline"
        )
    return message
