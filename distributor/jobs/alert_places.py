"""What the entities of alert rules are called, and where they lie in the branch tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from distributor.alerting.rules import Rule
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.models import AggregateMetric, DatasetSpec
from distributor.jobs.alert_snapshot import AlertData
from recipients.branches import BranchTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a column names: its name, where rows have one, and its branch."""

    name: str
    branch_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Names and nodes, as the register and the snapshot have them."""

    tree: BranchTree = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    data: AlertData = field(repr=False)
    _things: dict[tuple[str, str], Mapping[str, Thing]] = field(default_factory=dict, repr=False)

    def branch(self, branch_id: str) -> str:
        """Return a branch's name; one that is gone from the register goes by its id."""
        return self.tree.branch(branch_id).name if branch_id in self.tree else branch_id

    def entity(self, rule: Rule, entity_id: str) -> str:
        """Return the name of a branch, or that of a thing, with its branch where that does not say it."""
        if rule.event is None:
            return self.branch(entity_id)
        thing = self._of_rule(rule).get(entity_id)
        if thing is None:
            return entity_id
        branch = self.branch(thing.branch_id)
        return thing.name if branch in thing.name else f"{thing.name} ({branch})"

    def node(self, rule: Rule, entity_id: str) -> int | None:
        """Return the node of a branch, or of the branch that a thing lies in; None of one that is gone."""
        branch_id: str | None = entity_id
        if rule.event is not None:
            thing = self._of_rule(rule).get(entity_id)
            branch_id = None if thing is None else thing.branch_id
        return self.tree.position(branch_id) if branch_id is not None and branch_id in self.tree else None

    def _of_rule(self, rule: Rule) -> Mapping[str, Thing]:
        """Return what the column of an event names, from the rows that say which of them there are."""
        assert rule.event is not None
        metric = self.catalogue.metrics[rule.metric]
        assert not isinstance(metric, AggregateMetric)
        bottom = self.catalogue.metrics[metric.operands[1]]
        assert isinstance(bottom, AggregateMetric)
        key = (bottom.dataset, rule.event.column)
        if key not in self._things:
            self._things[key] = self._read(*key)
        return self._things[key]

    def _read(self, dataset: str, column: str) -> Mapping[str, Thing]:
        table = self.data.snapshot.table(dataset)
        spec = self.catalogue.datasets[dataset]
        named = _name_column(spec, column, table.column_names)
        ids, names, branches = (table[name].to_pylist() for name in (column, named, spec.branch))
        rows = zip(map(str, ids), names, map(str, branches), strict=True)
        return {one: Thing(name=str(name or one), branch_id=branch) for one, name, branch in rows}


def _name_column(spec: DatasetSpec, column: str, columns: list[str]) -> str:
    """Return the column with the names of what *column* numbers: "workplace" of "workplace_id"; else itself."""
    name = column.removesuffix("_id")
    return name if name in columns and name not in spec.personal else column
