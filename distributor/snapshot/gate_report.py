"""What the gates found, in sentences for the owner of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from distributor.snapshot.errors import GateError


class Gate(StrEnum):
    FRESH = "fresh"
    ROWS = "rows"
    SHARE_OF_LAST_RUN = "share_of_last_run"
    UNIQUE = "unique"
    NOT_NULL = "not_null"
    KNOWN_BRANCH = "known_branch"
    RECONCILE = "reconcile"


class GateStatus(StrEnum):
    PASSED = "passed"
    REPORTED = "reported"  # not as it should be, but the run goes on and its owner is told
    FAILED = "failed"  # holds the run


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """One gate of one dataset.

    Attributes:
        message: A sentence; names the first rows that are wrong and how many there are.
        count: Rows, keys or branches that are wrong; 0 where it passed or the gate is about the whole dataset.
        examples: The first of them, as the message shows them.
    """

    dataset: str
    gate: Gate
    status: GateStatus
    message: str
    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    results: tuple[GateResult, ...]

    @property
    def held(self) -> bool:
        """Whether the run must stop before anything is rendered."""
        return bool(self.failures)

    @property
    def failures(self) -> tuple[GateResult, ...]:
        return self._with(GateStatus.FAILED)

    @property
    def reports(self) -> tuple[GateResult, ...]:
        """What the owner is told although the run goes on."""
        return self._with(GateStatus.REPORTED)

    def require_open(self) -> None:
        """Let the run go on.

        Raises:
            GateError: A gate failed; says all that did.
        """
        if self.held:
            raise GateError(self.failures)

    def _with(self, status: GateStatus) -> tuple[GateResult, ...]:
        return tuple(result for result in self.results if result.status is status)


def counted(count: int, one: str, many: str) -> str:
    """``1 row``, ``1,204 rows``."""
    return f"{count:,} {one if count == 1 else many}"


def listed(examples: Sequence[str], count: int) -> str:
    """Examples in brackets, with a sign that there are more: ``(member_id 4; member_id 9; …)``."""
    return f"({'; '.join(examples)}{'; …' if count > len(examples) else ''})"
