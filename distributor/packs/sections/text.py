"""Text: sandboxed Jinja with `summary()`."""

import re
from collections.abc import Iterator
from functools import cache

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from distributor.catalogue.models import ReportSpec, TextSpec, TilesSpec
from distributor.metrics.asks import Ask
from distributor.packs.headings import period_label
from distributor.packs.scope import Scope
from distributor.packs.sections import tiles
from distributor.packs.summary import summary, summary_metrics
from distributor.packs.view import View
from renderers.sections import TextSection

SPEC = TextSpec

_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def asks(spec: TextSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask for what `summary()` speaks about."""
    del spec
    for metric in summary_metrics(report):
        yield from tiles.asks(TilesSpec(tiles=(metric,)), scope, report)


def build(spec: TextSpec, view: View, key: str, report: ReportSpec) -> TextSection:
    """Render the text in the reader's language; a blank line begins a paragraph."""
    language = view.words.language
    text = _template(spec.text.in_language(language)).render(
        summary=lambda: summary(report, view),
        branch=view.branch.name,
        period=period_label(view.scope.period, view.words),
        organisation=view.organisation,
    )
    return TextSection(
        key=key,
        heading=spec.title.in_language(language) if spec.title else view.words.word("summary_heading"),
        paragraphs=tuple(part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()),
        note=spec.note.in_language(language) if spec.note else "",
        sources=tuple(view.own_source(f"text {metric}") for metric in summary_metrics(report)),
    )


@cache
def _template(text: str) -> Template:
    """Compile a text once for all branches."""
    return _JINJA.from_string(text)
