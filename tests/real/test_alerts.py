"""Alert rules on real data: what fires among the regions of OULAD and the locals of the F-7 notices, and why.

OULAD, October 2014 (2014J) against October 2013 (2013J), the only two October intakes there are.

*Registration.* By 30 September every region has more joiners than a year before (the intake has grown from 6,128 to
7,964, module CCC being new), so that nothing is behind last year. East Anglia grew by 13 % only where the others grew
by 31 %: 754 joiners against 879, the one region behind the others. From summer 2015 on there are no registrations in
the data at all; the rule says that the data are late, not that nobody registers.

*Withdrawals.* After their start more members left each month than the year before, in every module but the smallest
(BBB 13.7 → 21.6 %, FFF 18.3 → 26.5 %). CCC, which did not exist in 2013, lost a third: without a look at the modules
London seems to have 2.2 times the withdrawals, with it 1.9 times, 62 withdrawals from CCC having nothing to be
compared with. The rise is real: of eleven regions that can be judged nine fire, all but Scotland and Wales, so that it
is the organisation's affair more than theirs. Against the other regions five fire, all English; Scotland, Ireland and
Wales lie far below.

F-7. 98.8 % of 11,251 workplaces name a representative, so that a local needs many to be conspicuous. Three of 462 that
can be judged are: 8 of 13 workplaces without one in BAC DC 1, 5 of 9 in IUOE 12, 3 of 11 in PPF 130. The other 3,429
locals expect fewer than five covered workplaces, and are judged with their national union, none of which is below 90 %
of the rest; the bricklayers (BAC, 100 of 112) come nearest.
"""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from real_sets import RealSet

from distributor.alerting.state_store import MemoryStates
from distributor.alerting.states import Change
from distributor.jobs.alerts.evaluate_rules import RulesRun, evaluate_rules
from distributor.jobs.progress import Silence

pytestmark = pytest.mark.real


def evaluated(real: RealSet, as_of: date) -> RulesRun:
    return evaluate_rules(real.app, as_of=as_of, states=MemoryStates(), now=real.app.clock.now(), progress=Silence())


def changed(run: RulesRun, rule: str, change: Change = Change.FIRED) -> set[str]:
    [result] = [one for one in run.results if one.rule.alert == rule]
    return {one.entity_id for one in result.transitions if one.change is change}


def figures(run: RulesRun, rule: str) -> Any:
    """Return the figures of the newest period, by entity."""
    [result] = [one for one in run.results if one.rule.alert == rule]
    frame: pd.DataFrame = result.judged[-1].table().to_pandas()
    return frame.set_index("entity_id")


@pytest.fixture(scope="module")
def autumn(oulad: RealSet) -> RulesRun:
    """September 2014, when registration for October is all but over."""
    return evaluated(oulad, date(2014, 10, 12))


@pytest.fixture(scope="module")
def spring(oulad: RealSet) -> RulesRun:
    """May 2015, when the modules of October are all but over."""
    return evaluated(oulad, date(2015, 6, 10))


def test_registration_that_has_grown_is_not_behind(autumn: RulesRun) -> None:
    """All thirteen regions are ahead of last year, and none fires."""
    found = figures(autumn, "registration_behind")

    assert set() == changed(autumn, "registration_behind")
    assert 13 == len(found)
    assert (found["ratio"] > 1.1).all()


def test_region_that_grows_less_is_behind_the_others(autumn: RulesRun) -> None:
    """East Anglia has 754 joiners where the growth elsewhere makes expect 879."""
    row = figures(autumn, "registration_behind_others").loc["East Anglian Region"]

    assert {"East Anglian Region"} == changed(autumn, "registration_behind_others")
    assert (754, 670) == (row["observed"], row["base_observed"])
    assert row["expected"] == pytest.approx(878.8, abs=0.1)


def test_registrations_that_are_not_in_the_data_are_late(spring: RulesRun) -> None:
    """No region has a joiner in May 2015, for no intake after October 2014 is in the data: that is no bad news."""
    assert 13 == len(changed(spring, "registration_behind", Change.DATA_LATE))
    assert set() == changed(spring, "registration_behind")


def test_withdrawals_rose_almost_everywhere(spring: RulesRun) -> None:
    """Module by module nine regions have more withdrawals than the year before; Scotland and Wales have not."""
    found = figures(spring, "withdrawals_up")
    fired = changed(spring, "withdrawals_up")

    assert 9 == len(fired)
    assert "London Region" in fired
    assert not {"Scotland", "Wales"} & fired
    assert found.loc["London Region", "ratio"] == pytest.approx(1.9455, abs=1e-4)


def test_new_module_is_not_taken_for_behaviour(spring: RulesRun) -> None:
    """CCC has no year before: with it the rise looks larger in every region where anybody took it."""
    crude, own = figures(spring, "withdrawals_up_crude"), figures(spring, "withdrawals_up")

    assert 62 == own.loc["London Region", "left_out"]
    assert crude.loc["London Region", "ratio"] == pytest.approx(2.2092, abs=1e-4)
    assert (crude["ratio"] > own["ratio"]).all()
    assert changed(spring, "withdrawals_up") <= changed(spring, "withdrawals_up_crude")


def test_english_regions_lose_more_than_the_others(spring: RulesRun) -> None:
    """Against the others, module by module, five regions fire; the three nations outside England lie far below."""
    found = figures(spring, "withdrawals_high")
    nations = found.loc[["Ireland", "Scotland", "Wales"], "ratio"]

    assert {
        "East Midlands Region",
        "London Region",
        "North Western Region",
        "South West Region",
        "West Midlands Region",
    } == changed(spring, "withdrawals_high")
    assert (nations < 0.85).all()


def test_locals_without_representatives(f7: RealSet) -> None:
    """Three locals are conspicuous; the thousands with a workplace or two are not judged by themselves."""
    run = evaluated(f7, date(2004, 3, 31))
    found = figures(run, "coverage_low")

    assert {"BAC - DC 1", "IUOE - 12", "PPF - 130"} == changed(run, "coverage_low")
    assert [5, 4, 8] == found.loc[["BAC - DC 1", "IUOE - 12", "PPF - 130"], "observed"].tolist()
    assert [13, 9, 11] == found.loc[["BAC - DC 1", "IUOE - 12", "PPF - 130"], "exposure"].tolist()
    assert (462, 3891) == (found["eligible"].sum(), len(found))


def test_national_unions_with_representatives(f7: RealSet) -> None:
    """No national union is below nine tenths of the others; the bricklayers come nearest, and p alone would fire."""
    run = evaluated(f7, date(2004, 3, 31))
    found = figures(run, "coverage_low_union")
    worst = found[found["eligible"]]["ratio"].idxmin()

    assert set() == changed(run, "coverage_low_union")
    assert "BAC" == worst
    assert found.loc["BAC", "bh_q"] < 0.001
    assert found.loc["BAC", "ratio"] == pytest.approx(0.9027, abs=1e-4)
