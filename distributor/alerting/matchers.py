"""Conditions on an incident's labels, written as "region=north" or "severity!=critical"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from distributor.alerting.incidents import Incident, Label
from distributor.catalogue.errors import ConditionError

_FORM = re.compile(r"(?P<label>[a-z]+)\s*(?P<sign>!=|=)\s*(?P<pattern>\S.*)")
_LABELS = {label.value: label for label in Label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One label against a pattern in which * stands for any text."""

    label: Label
    pattern: str
    is_negated: bool = False

    def __str__(self) -> str:
        return f"{self.label}{'!=' if self.is_negated else '='}{self.pattern}"

    def matches(self, incident: Incident) -> bool:
        """Return whether the incident's label is like the pattern, or is not where that is asked."""
        return fnmatchcase(incident.label(self.label), self.pattern) is not self.is_negated


def parse_matcher(text: str) -> Matcher:
    """Read one matcher.

    Raises:
        ConditionError: It is not of the form label=pattern or label!=pattern, or there is no such label.
    """
    found = _FORM.fullmatch(text.strip())
    label = _LABELS.get(found["label"]) if found else None
    if found is None or label is None:
        raise ConditionError(text, allowed=f"label=pattern or label!=pattern, with a label of {', '.join(_LABELS)}")
    return Matcher(label=label, pattern=found["pattern"].strip(), is_negated=found["sign"] == "!=")


def all_match(matchers: Iterable[Matcher], incident: Incident) -> bool:
    """Return whether an incident satisfies every matcher."""
    return all(matcher.matches(incident) for matcher in matchers)
