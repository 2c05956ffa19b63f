"""States of alert rules as the ledger has them, and the evaluations on which they rest."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from distributor.alerting.state_store import states_from_json, states_to_json
from distributor.alerting.states import State
from distributor.ledger.alert_records import RuleStateRecord
from distributor.ledger.port import Ledger

# Stands beside the rules: each evaluation changes it, so that two of different rules are one after the other too.
ALL_RULES = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStates:
    """What was read once, so that all of an evaluation rests on the same."""

    records: Mapping[str, RuleStateRecord]

    @classmethod
    def read(cls, ledger: Ledger) -> "LedgerStates":
        return cls(records=ledger.rule_states())

    def load(self, rule: str) -> Mapping[str, State]:
        record = self.records.get(rule)
        return states_from_json(zlib.decompress(record.states)) if record is not None else {}

    def seen(self, rules: Iterable[str] = ()) -> dict[str, str]:
        """Return the evaluation on which each of these rules rests, and on which all of them do."""
        names = (*rules, ALL_RULES)
        return {name: self.records[name].evaluation_id if name in self.records else "" for name in names}


def packed(states: Mapping[str, State]) -> bytes:
    """Return states as the ledger keeps them."""
    return zlib.compress(states_to_json(states))
