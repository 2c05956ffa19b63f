"""A press that may draw the fast way: proved on one pack of the run, or told not to."""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from renderers.documents import DocumentPress
from renderers.pack import Format, Pack
from renderers.pdf import PdfPress
from renderers.proof import prove
from renderers.xlsx import XlsxPress

_log = logging.getLogger(__name__)
_FEW_PACKS = 8  # drawn the full way by the time the fast one is proved
_DOCUMENTS = ("charts", "pdf", "xlsx")

Order = TypeVar("Order")


def chosen_sample(orders: Sequence[Order]) -> Order | None:
    """Return the order on which the fast way is proved; None where there are so few that it does not pay."""
    return orders[len(orders) // 2] if len(orders) > _FEW_PACKS else None


def proved_press(draft: Callable[[], Pack], formats: Collection[Format], *, image_scale: int) -> DocumentPress:
    """Return a press that draws the fast way what it draws like the full way on the pack that *draft* makes.

    A difference switches the fast way off for that document and this run, and is logged; nothing else changes.
    """
    pdf, xlsx = PdfPress(), XlsxPress()
    try:
        differences = prove(draft(), formats, pdf=pdf, xlsx=xlsx, image_scale=image_scale)
    except Exception as error:  # noqa: BLE001 - a fast way that cannot be proved is not used, whatever the reason
        differences = dict.fromkeys(_DOCUMENTS, f"{type(error).__name__}: {error}")
    for document, difference in differences.items():
        _log.warning("fast_way_refused document=%s difference=%s", document, difference)
    refused = {name: f"not proved, {text}" for name, text in differences.items()}
    return DocumentPress(refused=refused, pdf=pdf, xlsx=xlsx)
