"""PDFs of many packs: the frozen layout where it holds, WeasyPrint where it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from renderers.pack import Pack
from renderers.pdf.document import compose, print_composed
from renderers.pdf.frozen.layout import FrozenLayout
from renderers.pdf.frozen.reasons import NotFrozenError, Reason


class Way(StrEnum):
    frozen = "frozen"
    full = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a PDF was made; of a full rendering the reason, and what exactly in the pack made it necessary."""

    way: Way
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One pack drawn both ways: ``differences`` in words, none if the two are equal; ``how`` the press draws it."""

    how: How
    differences: tuple[str, ...]


class PdfPress:
    """Draws packs as PDF. One a process: what it learns of one pack serves all that follow. Not for several threads.

    The result says and shows the same either way, and the same pack gives the same bytes.
    """

    def __init__(self, *, fast: bool = True, why_not: Reason = Reason.switched_off) -> None:
        """Make a press.

        Args:
            fast: Whether to use the frozen layout.
            why_not: What to give as the reason of all full renderings if *fast* is False.
        """
        self._layout = FrozenLayout() if fast else None
        self._why_not = why_not

    def render(self, pack: Pack, *, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> tuple[bytes, How]:
        """Draw *pack* as `render_pdf` does, and say how.

        Raises:
            MissingLibraryError: pango is not installed.
            RefusedResourceError: The document named a resource outside the pack.
            RenderError: A chart section has neither a picture nor a sentence, or a picture has no alt text.
        """
        composed = compose(pack, charts=charts, alt_texts=alt_texts)
        if self._layout is None:
            return print_composed(composed, pack), How(way=Way.full, reason=self._why_not)
        try:
            return self._layout.draw(composed, pack), How(way=Way.frozen)
        except NotFrozenError as refusal:
            how = How(way=Way.full, reason=refusal.reason, detail=refusal.detail)
            return print_composed(composed, pack), how

    def prove(self, pack: Pack, *, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> Proof:
        """Draw *pack* both ways and compare.

        Raises:
            RenderError: As `render`.
        """
        # Reads PDFs, which only a proof needs: workers do not load it.
        from renderers.pdf.proof import differences

        content, how = self.render(pack, charts=charts, alt_texts=alt_texts)
        if how.way is Way.full:
            return Proof(how=how, differences=())
        reference = print_composed(compose(pack, charts=charts, alt_texts=alt_texts), pack)
        return Proof(how=how, differences=differences(reference, content))
