"""Where the states of rules come from between evaluations: a port, and states as text."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import TypeAdapter

from distributor.alerting.states import State

_STATES = TypeAdapter(dict[str, State])


class StateReader(Protocol):
    """States by rule and entity."""

    def load(self, rule: str) -> Mapping[str, State]:
        """Return the states after the last evaluation of a rule; none before the first."""
        ...


class MemoryStates:
    """States that live as long as the process: for replays, and for tests."""

    def __init__(self) -> None:
        self._states: dict[str, Mapping[str, State]] = {}

    def load(self, rule: str) -> Mapping[str, State]:
        return self._states.get(rule, {})

    def save(self, rule: str, states: Mapping[str, State]) -> None:
        self._states[rule] = dict(states)


def states_to_json(states: Mapping[str, State]) -> bytes:
    """Return states as text that :func:`states_from_json` reads back equal."""
    return _STATES.dump_json(dict(states))


def states_from_json(text: bytes) -> dict[str, State]:
    """Read what :func:`states_to_json` wrote."""
    return _STATES.validate_json(text)
