"""What the figures of alert rules are called in one language."""

from dataclasses import dataclass, field

from distributor.alerting.rules import Rule
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.models import AggregateMetric, DatasetSpec
from distributor.metrics.windows import Period
from distributor.packs.scope import Scope
from renderers.alerts.figures import lowered
from renderers.formats import INTEGER, ValueFormat
from renderers.language import Formatter, formatter


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The catalogue's words in one language."""

    catalogue: Catalogue
    words: Formatter
    scope: Scope = field(repr=False)

    def metric(self, rule: Rule) -> str:
        if rule.kind is RuleKind.FRESHNESS:
            return self.dataset(rule.source)
        return self._label(rule.metric)

    def dataset(self, name: str) -> str:
        label = self.catalogue.datasets[name].label
        return label.in_language(self.words.language) if label else name

    def things(self, rule: Rule) -> str:
        """Return what the rule counts: of a quotient its top."""
        return (
            self.metric(rule) if rule.kind is RuleKind.FRESHNESS else self._label(counted_metric(rule, self.catalogue))
        )

    def value_format(self, rule: Rule) -> ValueFormat:
        return INTEGER if rule.kind is RuleKind.FRESHNESS else self.scope.value_format(rule.metric)

    def min_cell(self, rule: Rule) -> int:
        """Return the smallest count of what the rule counts that everybody may see; 0 where these are no persons."""
        if rule.kind is RuleKind.FRESHNESS:
            return 0
        name = rule.size if rule.kind is RuleKind.EVENT else counted_metric(rule, self.catalogue)
        limit = self.scope.smallest_shown(name, self.catalogue.organisation.min_cell)
        return limit if limit > 1 else 0

    def column(self, rule: Rule, column: str) -> str:
        spec = self._columns(rule).columns.get(column)
        return spec.label.in_language(self.words.language) if spec and spec.label else column

    def segment(self, rule: Rule, column: str, value: str) -> str:
        """Return the reader's word for a value; a name, which no catalogue lists, stands as it is."""
        spec = self._columns(rule).columns.get(column)
        text = (spec.missing if not value else spec.values.get(value)) if spec else None
        if text is not None:
            return lowered(text.in_language(self.words.language))
        return value or lowered(self.words.word("missing_value"))

    def _columns(self, rule: Rule) -> DatasetSpec:
        return self.scope.dataset(rule.metric)

    def _label(self, metric: str) -> str:
        return self.catalogue.metrics[metric].label.in_language(self.words.language)


def counted_metric(rule: Rule, catalogue: Catalogue) -> str:
    metric = catalogue.metrics[rule.metric]
    return rule.metric if isinstance(metric, AggregateMetric) else metric.operands[0]


def labels_of(catalogue: Catalogue, language: str, *, period: Period) -> Labels:
    """Return the words of a catalogue in one language."""
    year = catalogue.organisation.membership_year
    scope = Scope(metrics=catalogue.metrics, datasets=catalogue.datasets, period=period, membership_year=year)
    return Labels(catalogue=catalogue, words=formatter(language), scope=scope)
