"""Small cells and the cells that must be hidden with them."""

from distributor.metrics.suppression.errors import CellError, LinkError, SuppressionError, UnprotectedError
from distributor.metrics.suppression.links import Link
from distributor.metrics.suppression.suppress import suppress

__all__ = ["CellError", "Link", "LinkError", "SuppressionError", "UnprotectedError", "suppress"]
