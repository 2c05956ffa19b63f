"""One notice of each kind, as the application would fill it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from renderers.alerts.charts import Dot, Funnel, Limit, Pace
from renderers.alerts.models import (
    Actions,
    Baseline,
    Driver,
    Ending,
    EventKind,
    Family,
    Forecast,
    Item,
    Kind,
    Late,
    Mix,
    MixKind,
    Notice,
    OnCall,
    Place,
    Provenance,
    Reason,
    RollUp,
    Severity,
    Side,
    Sureness,
    View,
)
from renderers.formats import PERCENT, ValueFormat, ValueKind

LONG_NAME = "Norsk Tjenestemannslag avdeling Kárášjohka–Guovdageaidnu & omegn"
WORDS = {
    "nb": {
        "organisation": "Fellesforeningen",
        "churn": "Frafall",
        "leavers": "Utmeldte",
        "joiners": "Innmeldte",
        "coverage": "Tillitsvalgtdekning",
        "with_rep": "Arbeidsplasser med tillitsvalgt",
        "members": "Medlemmer",
        "workplace": "Arbeidsplass",
        "reason": "Årsak",
        "age": "Alder",
        "employment": "Tilknytning",
        "hospital": "Alta sykehus",
        "resigned": "meldte seg ut",
        "step": "kontroller lønnsfilen for juni",
        "analyst": "analytiker A",
        "memberships": "Medlemskap",
        "late": "loaded_at er 12 dager gammel; tillatt er 8.",
        "months": "jan feb mars apr mai juni juli aug sep okt nov des",
    },
    "da": {
        "organisation": "Fællesforeningen",
        "churn": "Frafald",
        "leavers": "Udmeldte",
        "joiners": "Indmeldte",
        "coverage": "TR-dækning",
        "with_rep": "Arbejdspladser med tillidsrepræsentant",
        "members": "Medlemmer",
        "workplace": "Arbejdsplads",
        "reason": "Årsag",
        "age": "Alder",
        "employment": "Tilknytning",
        "hospital": "Alta sygehus",
        "resigned": "meldte sig ud",
        "step": "kontrollér lønfilen for juni",
        "analyst": "analytiker A",
        "memberships": "Medlemskaber",
        "late": "loaded_at er 12 dage gammel; tilladt er 8.",
        "months": "jan feb mar apr maj jun jul aug sep okt nov dec",
    },
    "en": {
        "organisation": "The Common Union",
        "churn": "Churn",
        "leavers": "Leavers",
        "joiners": "Joiners",
        "coverage": "Rep coverage",
        "with_rep": "Workplaces with a rep",
        "members": "Members",
        "workplace": "Workplace",
        "reason": "Reason",
        "age": "Age",
        "employment": "Employment",
        "hospital": "Alta hospital",
        "resigned": "resigned",
        "step": "check the June payroll file",
        "analyst": "analyst A",
        "memberships": "Memberships",
        "late": "loaded_at is 12 days old; allowed are 8.",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    },
}


def alta(language: str) -> Item:
    """The first golden case: 24 of 1,200 member-months against the rest of the organisation."""
    w = WORDS[language]
    return Item(
        place="Alta",
        kind=Place.branch,
        metric=w["churn"],
        things=w["leavers"],
        family=Family.rate,
        baseline=Baseline.organisation,
        side=Side.above,
        severity=Severity.critical,
        incident_id="9f3a41c07be2d518-e3",
        how=PERCENT,
        observed=24,
        expected=11.6923,
        excess=12.3077,
        value=0.24,
        base_value=0.12,
        months=12,
        members=104,
        since_on=date(2026, 5, 31),
        periods=2,
        times=3,
        sureness=Sureness(
            one_in=950.8, judged=412, flagged=1, too_small=588, tested_by_region=True, smallest_ratio=1.7106
        ),
        views=(
            View(column=w["workplace"], drivers=(Driver(segment=w["hospital"], excess=7.2),)),
            View(column=w["reason"], drivers=(Driver(segment=w["resigned"], excess=6.1),)),
        ),
        mix=Mix(kind=MixKind.no_mix, by=(w["age"], w["employment"]), ratio=2.0526),
        actions=actions("9f3a3"),
    )


def actions(token: str) -> Actions:
    page = f"https://r.example/a/{token}"
    return Actions(
        acknowledge=page,
        snooze=f"{page}?do=snooze",
        open=f"{page}?do=open",
        not_useful=f"{page}?do=verdict",
        token=token,
    )


def sluggish(language: str) -> Item:
    """The fourth golden case: 84 joins by June, 280 wanted by the end of the year."""
    w = WORDS[language]
    return Item(
        place="Stavanger",
        kind=Place.region,
        metric=w["joiners"],
        things=w["joiners"],
        family=Family.pace,
        baseline=Baseline.target,
        side=Side.below,
        severity=Severity.warning,
        incident_id="27cc01d3a9e4b6f0-e1",
        observed=84,
        expected=112,
        excess=-28,
        value=84,
        since_on=date(2026, 5, 31),
        periods=2,
        sureness=Sureness(one_in=37.4, judged=12, flagged=1, smallest_ratio=0.8036),
        forecast=Forecast(mean=221.053, low=200, high=243, target=280, chance=0.000794, needed_a_day=1.0652),
        actions=actions("27cc1"),
    )


def funnel(language: str) -> Funnel:
    """A hundred quiet branches, a few that stray, and Alta; the limits are those of a Poisson ratio."""
    sizes = [5 * 1.045**step for step in range(100)]
    others = tuple(
        Dot(expected=size, ratio=max(1 + (((step * 37) % 23) / 11 - 1) * 1.5 / size**0.5, 0.05))
        for step, size in enumerate(sizes)
    )
    limits = tuple(
        Limit(
            expected=size,
            low95=max(1 - 1.96 / size**0.5, 0),
            high95=1 + 2.1 / size**0.5,
            low998=max(1 - 2.9 / size**0.5, 0),
            high998=1 + 3.4 / size**0.5,
        )
        for size in [4, 5, 7, 10, 14, 20, 30, 45, 70, 100, 150, 220, 330, 450]
    )
    far = (Dot(expected=60, ratio=1.48), Dot(expected=18, ratio=0.3))
    marked = (Dot(expected=11.6923, ratio=2.0526, name="Alta"),)
    return Funnel(
        language=language, things=WORDS[language]["leavers"], others=(*others, *far), marked=marked, limits=limits
    )


def pace(language: str) -> Pace:
    return Pace(
        language=language,
        things=WORDS[language]["joiners"],
        months=tuple(WORDS[language]["months"].split()),
        this_year=(12, 26, 41, 57, 71, 84),
        last_year=(15, 34, 55, 76, 95, 112, 121, 160, 205, 238, 261, 276),
        target=280,
        low=200,
        mean=221.053,
        high=243,
    )


def notices(language: str) -> dict[str, Notice]:
    """Return one notice of each kind, by name."""
    w = WORDS[language]
    item = alta(language)
    provenance = Provenance(
        rule="churn_high",
        version="7d1be0c2a94f5566",
        data_to=date(2026, 6, 30),
        loaded_at=datetime(2026, 7, 10, 4, 10, tzinfo=UTC),
        reason=Reason.first_notification,
    )
    fired = Notice(
        kind=Kind.fired,
        organisation=w["organisation"],
        items=(item,),
        provenance=provenance,
        severity=Severity.critical,
        region="Finnmark",
        chart=funnel(language),
        owner="north_team",
        on_call=OnCall(name=w["analyst"], until_at=datetime(2026, 7, 10, 16, 0, tzinfo=UTC)),
        runbook="https://intranet.example/runbooks/churn",
        first_step=w["step"],
        list_url="https://reports.example/incidents",
    )
    five = [
        replace(
            item,
            place=name,
            observed=20 - 2 * number,
            expected=10.0,
            excess=10.0 - 2 * number,
            times=1,
            incident_id=f"{number}f3a41c07be2d518-e1",
            actions=actions(f"5b{number}"),
        )
        for number, name in enumerate(("Alta", "Vadsø", "Hammerfest", "Kirkenes", "Karasjok"))
    ]
    several = replace(
        fired,
        items=tuple(five),
        more=7,
        total=41.0,
        chart=None,
        on_call=None,
        first_step="",
        severity=Severity.warning,
    )
    lost = replace(
        item,
        place="Voss Mekaniske (Voss)",
        kind=Place.workplace,
        metric=w["coverage"],
        things=w["with_rep"],
        family=Family.event,
        baseline=Baseline.limit,
        side=Side.below,
        event=EventKind.lost,
        observed=None,
        expected=None,
        excess=None,
        value=None,
        base_value=None,
        months=None,
        members=60,
        periods=1,
        times=1,
        sureness=None,
        views=(),
        mix=None,
    )
    shrunk = replace(
        lost,
        place="Voss",
        kind=Place.branch,
        metric=w["members"],
        things=w["members"],
        family=Family.threshold,
        baseline=Baseline.last_year,
        event=None,
        how=ValueFormat(kind=ValueKind.integer),
        observed=160,
        value=160,
        base_value=194,
    )
    small = replace(
        item, observed=3, expected=14.0, excess=-11.0, side=Side.below, metric=w["joiners"], things=w["joiners"],
        min_cell=5,
        family=Family.pace, baseline=Baseline.last_year, value=3, base_value=14,
        views=(View(column=w["workplace"], drivers=(Driver(segment=w["hospital"], excess=None),)),),
        mix=None,
    )  # fmt: skip
    warning = replace(fired, chart=None, severity=Severity.warning)
    return {
        "fired": fired,
        "several": several,
        "more_firing": replace(
            warning, kind=Kind.more_firing, provenance=replace(provenance, reason=Reason.more_firing), first_step=""
        ),
        "repeat": replace(fired, kind=Kind.repeat, chart=None, provenance=replace(provenance, reason=Reason.repeat)),
        "escalated": replace(
            fired,
            kind=Kind.escalated,
            chart=None,
            provenance=replace(provenance, reason=Reason.shift_unstaffed, unstaffed=("north_team",)),
        ),
        "resolved": replace(
            fired,
            kind=Kind.resolved,
            chart=None,
            items=(replace(item, observed=13, expected=11.9, excess=1.1, value=0.13, ending=Ending.cleared),),
            provenance=replace(provenance, reason=Reason.resolved),
        ),
        "retracted": replace(
            fired,
            kind=Kind.retracted,
            chart=None,
            items=(replace(item, is_retracted=True),),
            provenance=replace(provenance, reason=Reason.retracted),
        ),
        "rolled_up": replace(
            several,
            kind=Kind.rolled_up,
            roll_up=RollUp(firing=12, eligible=22),
            region="Finnmark",
            severity=Severity.critical,
        ),
        "edited": replace(
            several,
            items=(
                replace(five[0], acknowledged_by="analytiker A"),
                replace(five[1], ending=Ending.cleared),
                replace(five[2], ending=Ending.closed),
            ),
            more=0,
            provenance=replace(provenance, reason=Reason.changed),
        ),
        "two_rules": replace(
            fired,
            items=(item, replace(item, baseline=Baseline.target, base_value=0.1, expected=10.0, excess=14.0)),
            places=1,
            chart=None,
        ),
        "data_late": Notice(
            kind=Kind.data_late,
            organisation=w["organisation"],
            items=(),
            provenance=replace(provenance, rule="", version="", data_to=None),
            severity=Severity.warning,
            late=Late(source=w["memberships"], because=(w["late"],), rules=6, firing=4),
            owner="data_team",
            runbook="https://intranet.example/runbooks/loading",
        ),
        "pace": replace(
            warning, items=(sluggish(language),), chart=pace(language), provenance=replace(provenance, rule="enrolment")
        ),
        "event": replace(warning, items=(lost,), provenance=replace(provenance, rule="last_rep_lost"), first_step=""),
        "threshold": replace(warning, items=(shrunk,), provenance=replace(provenance, rule="members_falling")),
        "small": replace(warning, items=(small,), provenance=replace(provenance, rule="enrolment")),
    }
