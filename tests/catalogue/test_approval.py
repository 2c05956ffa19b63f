"""When somebody looks at a run before it is sent, and how long a run waits for data."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from distributor.catalogue.lengths import length_of
from distributor.catalogue.models import ApprovalSpec, GatesSpec


@pytest.mark.parametrize(
    ("when", "threshold"),
    [
        ("always", None),
        ("any section moved more than 30 %", 0.3),
        ("any section moved more than 30%", 0.3),
        ("any section moved more than 7.5 %", 0.075),
        ("any section moved more than 0 %", 0),
        ("any section moved more than 150 %", 1.5),
    ],
)
def test_threshold_of_a_phrase(when: str, threshold: float | None) -> None:
    """The phrase gives a share; "always" gives none."""
    assert threshold == ApprovalSpec(when=when).threshold


@pytest.mark.parametrize("when", ["", "never", "any section moved more than -3 %", "Always", "any section moved"])
def test_other_phrases_are_refused(when: str) -> None:
    """Only the two phrases are understood."""
    with pytest.raises(ValidationError):
        ApprovalSpec(when=when)


def test_run_that_waits_stays_held_unless_said_otherwise() -> None:
    """Sending figures that failed a check is a choice that must be written down."""
    assert "hold" == GatesSpec(wait="2 days").then


@pytest.mark.parametrize("wait", ["2", "0 days", "2 months", "123456 days"])
def test_wait_that_is_no_length_is_refused(wait: str) -> None:
    """Hours, days or weeks, of four digits at most."""
    with pytest.raises(ValidationError):
        GatesSpec(wait=wait)


def test_length_of_time() -> None:
    """Hours, days and weeks are read; anything else is refused."""
    assert (timedelta(hours=36), timedelta(days=2), timedelta(days=21)) == (
        length_of("36 hours"),
        length_of("2 days"),
        length_of("3 weeks"),
    )
    with pytest.raises(ValueError, match="3 months"):
        length_of("3 months")
