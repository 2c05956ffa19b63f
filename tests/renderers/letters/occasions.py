"""Realistic occasions, as the application would hand them to the letters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from renderers.letters.models import (
    AddressSuppressed,
    AfterWaiting,
    ApprovalAsked,
    DataFault,
    DataFinding,
    FailedPack,
    FailureGroup,
    Head,
    Occasion,
    Outcome,
    RunClosed,
    RunHeld,
    RunMissed,
    SampledPack,
    SampleReason,
    Stage,
    Trouble,
    Vacancy,
)

STARTED_AT = datetime(2026, 6, 3, 5, 0, tzinfo=UTC)
HEAD = Head(
    organisation="Fellesforeningen",
    report="monthly_branch_pack",
    period="mai 2026",
    period_name="2026-05",
    run_id="monthly_branch_pack-2026-05-20260603T050000000000",
)
LINKED = replace(HEAD, run_url="https://reports.union.example/runs/17")
NAMES = tuple(f"Avdeling {number}" for number in range(1, 18))

CLEAN = RunClosed(
    head=LINKED,
    planned=328,
    counts={Outcome.sent: 328},
    packs=252,
    started_at=STARTED_AT,
    ended_at=STARTED_AT + timedelta(minutes=4, seconds=12),
    seconds={Stage.snapshot: 3.2, Stage.measure: 4.5, Stage.render: 182.0, Stage.deliver: 58.1},
)
TROUBLED = RunClosed(
    head=HEAD,
    planned=1328,
    counts={
        Outcome.sent: 1303,
        Outcome.failed: 20,
        Outcome.suppressed: 2,
        Outcome.held: 2,
        Outcome.unconfirmed: 1,
    },
    packs=250,
    started_at=STARTED_AT,
    ended_at=STARTED_AT + timedelta(hours=1, minutes=4),
    failures=(
        FailureGroup(reason="the mailbox is full (452 4.2.2)", deliveries=2, branches=("Rana", "Voss")),
        FailureGroup(reason="550 5.1.1: there is no such mailbox", deliveries=17, branches=NAMES),
        FailureGroup(reason="the pack could not be made", deliveries=1, branches=("Moss",)),
    ),
    nobody=("Stord", "Ørsta"),
    vacancies=(Vacancy(branch="Alta", role="Leder", stand_in="Kari Holm, leder i Nord"),),
    failed_packs=(
        FailedPack(branch="Moss", reason="the process that rendered this pack died twice, perhaps for lack of memory"),
    ),
    remarks=(
        DataFinding(
            dataset="Medlemskap",
            fault=DataFault.known_branch,
            detail="memberships: 3 rows are of 1 branch that the branch tree does not know (9999: 3 rows).",
        ),
    ),
    seconds={Stage.snapshot: 3.2, Stage.gates: 0.4, Stage.measure: 4.5, Stage.render: 3020.0, Stage.deliver: 812.0},
)
HELD = RunHeld(
    head=HEAD,
    findings=(
        DataFinding(
            dataset="Medlemskap",
            fault=DataFault.fresh,
            detail="memberships: the newest joined_on is 2026-04-02; 2026-05-01 or later is expected (30 days).",
        ),
        DataFinding(
            dataset="Innbetalinger", fault=DataFault.rows, detail="payments: 12 rows; at least 1,000 are expected."
        ),
    ),
    after=AfterWaiting.sent_with_banner,
    deadline_at=STARTED_AT + timedelta(days=2),
)
APPROVAL = ApprovalAsked(
    head=HEAD,
    packs=252,
    recipients=431,
    threshold=0.3,
    movements=(
        "Innmeldte: fra 1 204 til 1 890 (+57 % mot forrige periode). Vises i: Nøkkeltall · Innmeldte hver måned.",
        "Frafall: 4,1 %. Forrige periode har ikke noe å sammenligne med. Vises i: Nøkkeltall.",
    ),
    sample=(
        SampledPack(branch="Oslo", reason=SampleReason.largest, attachment="Medlemstall for Oslo mai 2026.pdf"),
        SampledPack(branch="Fedje", reason=SampleReason.smallest, attachment="Medlemstall for Fedje mai 2026.pdf"),
        SampledPack(branch="Nord-Fron", reason=SampleReason.most_changed),
        SampledPack(branch="Moss", reason=SampleReason.warnings),
        SampledPack(branch="Rana", reason=SampleReason.random),
    ),
    deadline_at=STARTED_AT + timedelta(days=1),
)
SUPPRESSED = AddressSuppressed(
    head=HEAD,
    person="Kari Holm",
    address="k***@union.example",
    branches=("Alta", "Rana"),
    bounces=3,
    last_at=STARTED_AT,
    reason="550 5.1.1: there is no such mailbox",
)
MISSED = RunMissed(
    head=HEAD,
    trouble=Trouble.failed,
    due_at=STARTED_AT,
    since_at=STARTED_AT + timedelta(minutes=3),
    reason="the run stopped: No space left on device (store/ab). Make room, or correct the folder's permissions.",
    last_closed_at=STARTED_AT - timedelta(days=30),
)


def occasions() -> dict[str, Occasion]:
    """Return one of each kind and of each tone, by name."""
    return {
        "clean": CLEAN,
        "troubled": TROUBLED,
        "test": replace(CLEAN, head=HEAD, test_address="k***@union.example", is_correction=True),
        "nothing": replace(CLEAN, planned=0, counts={}, packs=0, nobody=NAMES),
        "held": HELD,
        "held_for_good": replace(HELD, deadline_at=None),
        "approval": APPROVAL,
        "approval_always": replace(APPROVAL, head=LINKED, threshold=None, movements=(), deadline_at=None),
        "suppressed": SUPPRESSED,
        "failed": MISSED,
        "missed": replace(MISSED, trouble=Trouble.missed, reason="", last_closed_at=None),
        "silent": replace(MISSED, trouble=Trouble.silent, reason=""),
    }
