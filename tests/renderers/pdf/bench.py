"""Packs drawn both ways, with each of their pictures drawn once."""

from typing import Any

from renderers.charts import describe, draw_chart
from renderers.pack import Pack
from renderers.pdf import How, PdfPress, chart_sizes, render_pdf
from renderers.sections import ChartSection


class Bench:
    """A press, and what packs need to be drawn."""

    def __init__(self) -> None:
        self.press = PdfPress()
        self._pictures: dict[Any, bytes] = {}

    def parts(self, pack: Pack) -> dict[str, dict[str, Any]]:
        """Return the charts and alt texts of *pack*."""
        sizes = chart_sizes(pack)
        sections = [one for one in pack.sections if isinstance(one, ChartSection) and not one.empty]
        return {
            "charts": {one.key: self._picture(one, pack, sizes[one.key]) for one in sections},
            "alt_texts": {one.key: describe(one.chart) for one in sections},
        }

    def full(self, pack: Pack) -> bytes:
        return render_pdf(pack, **self.parts(pack))

    def render(self, pack: Pack) -> tuple[bytes, How]:
        return self.press.render(pack, **self.parts(pack))

    def differences(self, pack: Pack) -> tuple[str, ...]:
        """Return what is different in the frozen layout; that it does not cover the pack is a difference too."""
        proof = self.press.prove(pack, **self.parts(pack))
        return (f"{proof.how.reason}: {proof.how.detail}",) if proof.how.reason else proof.differences

    def _picture(self, section: ChartSection, pack: Pack, size: Any) -> bytes:
        key = (section.chart, size, pack.accent)
        if key not in self._pictures:
            self._pictures[key] = draw_chart(section.chart, size=size, accent=pack.accent)
        return self._pictures[key]
