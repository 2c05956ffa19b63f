"""Small cells, and the cells that must be hidden with them so that nobody can work them out.

Guarantee. A reader who pools the packs of all branches knows every shown cell; that a node's count is the sum of its
children's; the links between columns; that "few" means 1 … min_cell - 1; and that no count is negative. To that reader
every cell marked few or hidden has at least two possible whole values.

Method. A *swap* is a change of the whole table that leaves every sum true: two leaves, each with the nodes above it
up to below their common ancestor, get opposite *moves*. A move is the smallest change of one row that leaves the links
true: one person more in a total and in one part of each of its breakdowns, or a person reclassified. Where there is no
second leaf, the change goes up to the root. Two readings of the table, with and without the swap, are equally possible
if all cells that the swap changes are marked and none leaves its bounds. So it is enough that each marked cell lies on
one such swap; `swaps` finds for each the one that hides least, and what it hides lies on the swap as well. Marks are
only ever added, and adding some never spoils another swap: one pass from the root down is enough. A few cell that
cannot change within 1 … min_cell - 1 (two "<5" with the sum 2) is turned from few to hidden.

Costs. Marked cells cost nothing, small counts least, zeros more than small counts, totals more than parts, regions more
than branches; the root's cells are hidden only if nothing else will do. The method is greedy, and its swaps have two
leaves, never more, so now and then a longer cycle would have hidden a cell less.

Limits. It prevents exact values, not narrow ranges. It does not cover what a reader knows otherwise (a leader knows the
own members), nor relations that are not passed as links: members = members before + joiners - leavers is two links
through an unpublished column (members + leavers). Ratios and differences of a marked cell must be withheld by the
caller. Rows that a region owns itself make its relation to its branches inexact; it is nevertheless treated as exact,
unless nothing else will do. Groups of columns with more moves than `moves` keeps are as safe, and hide more.

Source: L. Willenborg, T. de Waal, Elements of Statistical Disclosure Control, Springer 2001. The rectangle of a swap is
the smallest hypercube of GHMITER, the hypercube method that tau-ARGUS offers.
"""

from distributor.metrics.suppression.errors import CellError, LinkError, SuppressionError, UnprotectedError
from distributor.metrics.suppression.links import Link
from distributor.metrics.suppression.suppress import suppress

__all__ = ["CellError", "Link", "LinkError", "SuppressionError", "UnprotectedError", "suppress"]
