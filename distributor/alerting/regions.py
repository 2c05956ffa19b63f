"""Regions of figures that conditions describe; see :mod:`distributor.catalogue.regions`."""

from distributor.catalogue.regions import Direction, comparisons_for_bad, comparisons_for_good, overlap

__all__ = ["Direction", "comparisons_for_bad", "comparisons_for_good", "overlap"]
