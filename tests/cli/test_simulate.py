"""`distributor simulate`: fire times, volume and clashes of a small union."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest
from small_union import SmallUnion

Program = Callable[..., CompletedProcess[str]]
OWNER = "owner: analyse@proeve.example\n"
CALENDARS = "may_break:\n  label: Mai\n  dates: [2026-05-26..2026-05-29]\n"


def schedule(union: SmallUnion, report: str, words: str) -> None:
    union.edit(f"report_specs/reports/{report}.yaml", OWNER, f"{OWNER}schedule: {{{words}}}\n")


@pytest.fixture
def scheduled(union: SmallUnion) -> SmallUnion:
    """The letter on the third business day, the note on the last Friday with a break in May, the post never."""
    (union.folder / "report_specs" / "calendars.yaml").write_text(CALENDARS, "utf-8")
    schedule(union, "letter", 'on: third business day, at: "07:00", holidays: "NO"')
    schedule(
        union, "note", 'on: last friday, at: "07:30", timezone: Europe/London, holidays: "NO", except: [may_break]'
    )
    return union


def simulated(program: Program, union: SmallUnion, *arguments: str) -> Any:
    done = program("simulate", "--config", str(union.config), "--json", *arguments)
    assert (0, "") == (done.returncode, done.stderr)
    return json.loads(done.stdout)


def test_every_fire_time_has_local_time_period_and_volume(program: Program, scheduled: SmallUnion) -> None:
    """Each fire time of the days asked for, in order; a moved one says from where and why, and keeps its period."""
    found = simulated(program, scheduled, "--from", "2026-05-01", "--to", "2026-06-30")

    assert [
        ("letter", "2026-05-06T07:00:00+02:00", "2026-05-06", "", "2026-04"),
        ("note", "2026-06-01T07:30:00+01:00", "2026-05-29", "may_break", "2026-04"),
        ("letter", "2026-06-03T07:00:00+02:00", "2026-06-03", "", "2026-05"),
        ("note", "2026-06-26T07:30:00+01:00", "2026-06-26", "", "2026-05"),
    ] == [(one["report"], one["local"], one["fire_key"], one["moved_for"], one["period"]) for one in found["fires"]]
    assert ["post"] == found["no_schedule"]


def test_volume_is_that_of_the_plan_and_of_the_run(program: Program, scheduled: SmallUnion) -> None:
    """Branches and deliveries are the send plan's, packs those that a run makes."""
    [fire] = simulated(program, scheduled, "--from", "2026-06-02", "--to", "2026-06-30", "--report", "note")["fires"]
    summary = scheduled.run("note", period="2026-05")

    counts = {str(status): number for status, number in summary.counts.items()}
    assert len(summary.packs) == fire["packs"]
    assert len(summary.plan.branches) == fire["branches"]
    assert counts == {"sent": fire["deliveries"], "suppressed": fire["without_address"]}


def test_volume_follows_the_roles_of_the_day(program: Program, scheduled: SmallUnion) -> None:
    """Who takes up a role later is counted from then on, and who lays it down no more."""
    roles = scheduled.folder / "directory" / "roles.csv"
    head, *lines = roles.read_text("utf-8").splitlines()
    changed = {"ask": "2026-06-04,", "dal": ",2026-08-01"}
    terms = [f"{line},{changed.get(line.split(',')[0], ',')}" for line in lines]
    roles.write_text("\n".join([f"{head},from_on,to_on", *terms, ""]), "utf-8")

    found = simulated(program, scheduled, "--from", "2026-06-01", "--to", "2026-08-31", "--report", "letter")

    assert [5, 6, 5] == [one["deliveries"] for one in found["fires"]]


def test_reports_within_an_hour_clash(program: Program, scheduled: SmallUnion) -> None:
    """Half past seven in London is half past eight in Oslo: together with what comes at eight there."""
    schedule(scheduled, "post", 'on: last friday, at: "08:00"')

    found = simulated(program, scheduled, "--from", "2026-06-01", "--to", "2026-07-31")

    assert [
        {"reports": ["note", "post"], "times": ["2026-06-26T08:00:00+02:00", "2026-07-31T08:00:00+02:00"]}
    ] == found["clashes"]


def test_months_add_up(program: Program, scheduled: SmallUnion) -> None:
    """The totals by month are the sums of their fire times."""
    found = simulated(program, scheduled, "--from", "2026-01-01", "--to", "2027-12-31")

    assert 24 == len(found["months"])
    for month in found["months"]:
        fires = [one for one in found["fires"] if one["local"].startswith(month["month"])]
        assert (len(fires), sum(one["packs"] for one in fires), sum(one["deliveries"] for one in fires)) == (
            month["fires"], month["packs"], month["deliveries"]
        )  # fmt: skip


def test_table_names_what_a_person_should_look_at(program: Program, scheduled: SmallUnion) -> None:
    """Times with their zone where there are several, moved days, totals, and what never fires."""
    schedule(scheduled, "post", "on: 'cron: 0 7 29 feb *', at: null")
    done = program("simulate", "--config", str(scheduled.config), "--from", "2026-05-01", "--to", "2026-06-30")

    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "Wed 2026-05-06 07:00 Europe/Oslo letter 2026-04 8 8 6 1 without address" in lines
    assert any(
        line.startswith("Mon 2026-06-01 07:30 Europe/London note 2026-04")
        and "moved from Fri 2026-05-29 (may_break)" in line
        for line in lines
    )
    assert "Total 4 32 24" in lines
    assert "moved once, from a holiday or excepted day to the next business day" in lines
    assert "no fire time post: next on Tue 2028-02-29 07:00" in lines


def test_long_list_is_cut_and_says_so(program: Program, scheduled: SmallUnion) -> None:
    """Of a report every hour the first thousand fire times are shown, and the totals count all."""
    schedule(scheduled, "post", "on: 'cron: 0 * * * *'")
    done = program(
        "simulate", "--config", str(scheduled.config), "--from", "2026-05-01", "--to", "2026-06-30", "--report", "post"
    )

    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert 1000 == sum(" post 2026-0" in line for line in lines)
    assert "… and 464 more; all of them with --json, one report with --report." in lines
    assert any(line.startswith("Total 1,464 ") for line in lines)


def test_zone_of_all_stands_in_the_heading(program: Program, scheduled: SmallUnion) -> None:
    """Where all reports have one zone it is said once."""
    done = program(
        "simulate", "--config", str(scheduled.config), "--from", "2026-05-01", "--to", "2026-05-31",
        "--report", "letter",
    )  # fmt: skip

    assert "Time (Europe/Oslo)" in done.stdout
    assert "07:00 Europe/Oslo" not in done.stdout


def test_nothing_to_show_is_a_sentence(program: Program, read_union: SmallUnion) -> None:
    """Without schedules the answer is a sentence and the names of the reports."""
    done = program("simulate", "--config", str(read_union.config), "--from", "2026-01-01", "--to", "2026-12-31")

    assert (0, "Nothing fires in 2026-01-01..2026-12-31.") == (done.returncode, done.stdout.splitlines()[0])
    assert "letter, note, post" in done.stdout


def test_days_are_the_next_year_if_none_are_given(program: Program, scheduled: SmallUnion) -> None:
    """From today, a year on."""
    found = simulated(program, scheduled)

    assert 11 <= len([one for one in found["fires"] if one["report"] == "letter"]) <= 14


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--from", "2026-02-30"), '--from: "2026-02-30" is not a day. Write year, month and day: 2026-01-31.'),
        (("--to", "9999-12-31"), '--to: "9999-12-31" is too far away. Give a day from 1970 to 2200.'),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "Give a first day that is not after the last"),
        (("--from", "2026-01-01", "--to", "2046-01-01"), "ten years at most"),
        (("--report", "leter"), 'there is no report "leter"'),
    ],
)
def test_wrong_days_and_reports_are_refused(
    program: Program, read_union: SmallUnion, arguments: tuple[str, ...], sentence: str
) -> None:
    """A mistake on the command line is a sentence and exit code 2."""
    done = program("simulate", "--config", str(read_union.config), *arguments)

    assert (2, True) == (done.returncode, sentence in done.stderr)
