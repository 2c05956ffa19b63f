"""What can go wrong while metrics are computed.

DistributorError
└── MetricError            1   the metric's SQL does not work on the snapshot
    └── RollUpError        1   the levels of the tree do not add up
"""

from distributor.errors import DistributorError

_EXPRESSIONS = "Check the metric's expressions against the dataset's columns; a date that is text belongs under dates:."


class MetricError(DistributorError):
    def __init__(self, metric: str, dataset: str, reason: str, remedy: str = _EXPRESSIONS) -> None:
        super().__init__(f'metric "{metric}" cannot be computed from dataset "{dataset}": {reason}. {remedy}')


class RollUpError(MetricError):
    def __init__(self, metric: str, dataset: str, branch_id: str) -> None:
        reason = f"the branches below {branch_id} do not add up to its figure"
        remedy = "A row was counted where it does not belong, so nothing was made. Run again from a new snapshot."
        super().__init__(metric, dataset, reason, remedy)
