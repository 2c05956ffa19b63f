"""A run whose data failed a check: what becomes of it, and what its owner is told."""

import shutil
from datetime import datetime

from distributor.jobs.application import Application
from distributor.jobs.letters import letter_head, owner_words, post_letter
from distributor.jobs.run_folders import MEASURES, SNAPSHOT
from distributor.ledger.records import UNFINISHED, RunRecord, RunStatus
from distributor.packs.waiting import GateStep, gate_decision
from distributor.snapshot.errors import GateError
from renderers.letters.models import AfterWaiting, DataFault, DataFinding, RunHeld


def hold_run(app: Application, run: RunRecord, error: GateError) -> datetime | None:
    """Record that a run is held, and write to its owner once.

    The data that failed are set aside, so that the next try reads them anew; the last ones are kept to be looked at.

    Returns:
        Until when the run waits for better data by itself; None where only a person can go on with it.
    """
    app.ledger.record_status(run.run_id, RunStatus.held, str(error), seen=UNFINISHED)
    folder = app.run_folder(run.run_id)
    aside = folder / f"{SNAPSHOT}-held"
    shutil.rmtree(aside, ignore_errors=True)
    (folder / SNAPSHOT).rename(aside)
    shutil.rmtree(folder / MEASURES, ignore_errors=True)
    app.runs.withdraw(run.run_id)
    spec = app.catalogue.reports[run.report].gates
    now = app.clock.now()
    decision = gate_decision(spec, fire_at=run.fire_at or run.started_at, now=now, failures=error.failures)
    until = decision.deadline_at if decision.step is GateStep.hold_until else None
    words = owner_words(app)
    datasets = app.catalogue.datasets
    occasion = RunHeld(
        head=letter_head(app, run),
        findings=tuple(
            DataFinding(
                dataset=label.in_language(words.language) if (label := datasets[one.dataset].label) else one.dataset,
                fault=DataFault(one.gate),
                detail=one.message,
            )
            for one in error.failures
        ),
        after=AfterWaiting.stays_held if spec is None or spec.then == "hold" else AfterWaiting.sent_with_banner,
        deadline_at=until,
    )
    # Once when it begins to wait, and once more when the wait is over and it is held for good.
    about = "held" if until or spec is None else "held for good"
    if not run.test_address:
        post_letter(app, run, occasion, about=about, now=now)
    return until
