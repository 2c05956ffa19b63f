"""What can go wrong in the statistics. Figures never do: where there is nothing to say they are nan.

DistributorError
└── ParameterError         1   a parameter that makes no sense for the method, whatever the figures
"""

from distributor.errors import DistributorError


class ParameterError(DistributorError):
    def __init__(self, name: str, *, got: object, allowed: str) -> None:
        super().__init__(f"{name} is {got}. Allowed: {allowed}.")


def require_share(name: str, value: float) -> None:
    """Refuse a confidence, a level or a weight that does not lie between 0 and 1.

    Raises:
        ParameterError: It does not.
    """
    if not 0 < value < 1:
        raise ParameterError(name, got=value, allowed="above 0 and below 1")
