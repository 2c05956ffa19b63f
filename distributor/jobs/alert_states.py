"""States of alert rules in files: for evaluations by hand, and where no ledger holds the incidents."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from distributor.alerting.state_store import states_from_json, states_to_json
from distributor.alerting.states import State


@dataclass(frozen=True, slots=True)
class FileStates:
    """One JSON file a rule."""

    folder: Path

    def load(self, rule: str) -> Mapping[str, State]:
        path = self._path(rule)
        return states_from_json(path.read_bytes()) if path.is_file() else {}

    def save(self, rule: str, states: Mapping[str, State]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(rule)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        temporary.write_bytes(states_to_json(states))
        os.replace(temporary, path)

    def _path(self, rule: str) -> Path:
        return self.folder / f"{rule}.json"
