"""Whether the alert rules are evaluated, where the service is to do so."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from distributor.catalogue.alert_kinds import ALERTS
from distributor.jobs.alerts.states import ALL_RULES
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Finding, ok, warning

# One day's evaluation, and time to try it again.
_LONGEST = timedelta(hours=36)
_SEE_WHY = "Evaluate them by hand to see what is wrong: distributor alerts evaluate."


def check_rules(app: Application, now: datetime) -> Iterator[Finding]:
    """Rules whose last evaluation is too long ago; nothing where no service has ever been asked to evaluate them."""
    watched_since = app.ledger.watermark(ALERTS)
    if not app.settings.alerts.at or not app.catalogue.alerts or watched_since is None:
        return
    record = app.ledger.rule_states().get(ALL_RULES)
    if record is None:
        first = app.ledger.occurrences(report=ALERTS)
        if first and first[0].fire_at < now - _LONGEST:
            yield warning("rules", "the alert rules have never been evaluated, and should be each day.", _SEE_WHY)
        return
    last_at = app.ledger.run(record.evaluation_id).started_at
    if now - last_at > _LONGEST:
        text = f"the alert rules were last evaluated at {last_at:%Y-%m-%d %H:%M} UTC, and should be each day."
        yield warning("rules", text, _SEE_WHY)
    else:
        yield ok("rules", f"they were last evaluated at {last_at:%Y-%m-%d %H:%M} UTC.")
