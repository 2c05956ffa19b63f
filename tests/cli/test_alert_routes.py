"""`distributor alerts routes` and `on-call`, as the shell sees them; and what the doctor says of rotas."""

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alerting_union import make_alerting_union
from small_union import NOW, SmallUnion

from distributor.bootstrap import make_setup
from distributor.clock import FrozenClock
from distributor.jobs.doctor import examine


@pytest.fixture
def alerting(tmp_path: Path) -> SmallUnion:
    return make_alerting_union(tmp_path / "union")


def routes(program: Any, union: SmallUnion, *arguments: str) -> Any:
    done = program("alerts", "routes", "--config", str(union.config), "--json", *arguments)
    assert 0 == done.returncode
    return json.loads(done.stdout)


def steps(route: Any) -> list[tuple[str, str, list[str]]]:
    return [
        (one["audience"], one["due_at"][:16], [person["recipient"] for person in one["recipients"]])
        for one in route["steps"]
    ]


def test_rule_is_shown_at_each_severity(alerting: SmallUnion, program: Any) -> None:
    """At a place one route is taken; steps have their times in working hours and the people of the place."""
    shown = routes(program, alerting, "--rule", "members_few", "--branch", "Ask", "--at", "2026-06-02T15:00")

    assert [("warning", ["region_leaders"]), ("critical", ["region_leaders", "analysts"])] == [
        (one["severity"], [told["audience"] for told in one["notify"]]) for one in shown["rules"]
    ]
    [route] = shown["rules"][0]["routes"]
    assert "default" == route["route"]
    assert [
        ("on_call", "2026-06-02 13:00", ["ann"]),
        ("analysts", "2026-06-03 07:00", ["ann", "bo"]),
        ("head", "2026-06-04 07:00", ["head"]),
    ] == steps(route)


def test_wherever_it_fires_all_routes_are_shown(alerting: SmallUnion, program: Any) -> None:
    """A line that asks for a region is taken there only; the next that takes the rule is shown as well."""
    shown = routes(program, alerting, "--rule", "members_few", "--at", "2026-06-02T15:00")

    assert [("south", "region=S"), ("default", "")] == [
        (one["route"], one["only_where"]) for one in shown["rules"][0]["routes"]
    ]
    assert ["north", "south"] == [one["recipient"] for one in shown["rules"][0]["notify"][0]["recipients"]]


def test_unstaffed_shift_falls_through(alerting: SmallUnion, program: Any) -> None:
    """At night nobody is on call: the next step is taken at once and says for whom."""
    shown = routes(program, alerting, "--rule", "members_few", "--branch", "Ask", "--at", "2026-06-10T03:00")
    text = program(
        "alerts", "routes", "--config", str(alerting.config), "--at", "2026-06-10T03:00", "--branch", "Ask"
    ).stdout

    first = shown["rules"][0]["routes"][0]["steps"][0]
    assert ("analysts", "shift_unstaffed", ["on_call"]) == (first["audience"], first["reason"], first["unstaffed"])
    assert [("on_call", None)] == [(one["rota"], one["recipient"]) for one in shown["on_call"]]
    assert "on_call: nobody until 2026-06-10 08:00" in text
    assert "on_call: nobody; the next is asked at once" in text


def test_what_is_in_vain_is_named(alerting: SmallUnion, program: Any) -> None:
    """Lines behind one that takes the same, rules that only the default takes, and rules that tell nobody."""
    alerting.edit(
        "report_specs/routing.yaml",
        "default:",
        "  - {route: late, match: {rule: register_late}, steps: [{audience: head, channel: email}]}\ndefault:",
    )
    before = routes(program, alerting)
    alerting.edit("report_specs/routing.yaml", "match: {region: S}", "match: {metric: nothing_at_all, region: S}")
    refused = program("alerts", "routes", "--config", str(alerting.config))
    alerting.edit(
        "report_specs/routing.yaml",
        "match: {metric: nothing_at_all, region: S}",
        "match: {severity: critical, owner: data_team}",
    )
    after = routes(program, alerting)

    assert (["late"], [], ["members_watch"]) == (before["unreached"], before["only_default"], before["silent"])
    assert 3 == refused.returncode
    assert (["south", "late"], ["members_few"]) == (after["unreached"], after["only_default"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rule", "member_few"), '--rule: there is no alert rule "member_few"'),
        (("--at", "tonight"), '--at: "tonight" is not a time'),
        (("--branch", "Nowhere"), 'branch "Nowhere" is not in the branch tree'),
    ],
)
def test_what_is_not_known_is_a_mistake_of_usage(
    alerting: SmallUnion, program: Any, arguments: tuple[str, ...], words: str
) -> None:
    """Unknown rules, places and times are told, with exit code 2."""
    done = program("alerts", "routes", "--config", str(alerting.config), *arguments)

    assert (2, True) == (done.returncode, words in done.stderr)


def test_turns_are_listed(alerting: SmallUnion, program: Any) -> None:
    """Every turn of the days to come, and the times when nobody is on call, without a gap between them."""
    done = program("alerts", "on-call", "--days", "7", "--config", str(alerting.config), "--json")
    text = program("alerts", "on-call", "--days", "7", "--config", str(alerting.config)).stdout
    turns = json.loads(done.stdout)["turns"]

    assert all(a["until_at"] == b["from_at"] for a, b in pairwise(turns))
    assert {"ann", "bo", None} >= {one["recipient"] for one in turns} > {None}
    assert text.startswith("on_call\n")
    assert "nobody" in text


def on_call_findings(union: SmallUnion, now: datetime = NOW) -> list[tuple[str, str]]:
    found = examine(make_setup(union.config, clock=FrozenClock(now))).findings
    return [(one.level, one.text) for one in found if one.check == "on call"]


def test_doctor_tells_of_gaps(alerting: SmallUnion) -> None:
    """What is meant is a note, with the longest gap; an override that names nobody is a warning."""
    note, warning = on_call_findings(alerting)

    assert "note" == note[0]
    assert "the longest is from 2026-06-05 16:00 to 2026-06-08 08:00" in note[1]
    assert (
        "warning",
        "on_call: by an override nobody is on call from 2026-06-04 12:00 to 2026-06-05 08:00; "
        "the next step of each route is asked at once.",
    ) == warning


def test_doctor_tells_of_members_who_cannot_be_asked(alerting: SmallUnion) -> None:
    """Members who are gone, and those without an address on a channel that the rota is asked over."""
    alerting.edit("report_specs/on_call.yaml", "[ann, bo]", "[gone, eng]")
    texts = [text for level, text in on_call_findings(alerting) if level == "warning"]

    assert 'on_call: the directory does not know "gone"; in that turn nobody is on call.' in texts
    assert "on_call: Erik Eng (eng) has no address for email." in texts


def test_doctor_is_content_with_a_rota_without_gaps(alerting: SmallUnion) -> None:
    """Somebody is always on call, and has an address."""
    alerting.write("report_specs/on_call.yaml", 'on_call: {members: [ann, bo], starts_on: "2026-06-01"}\n')

    assert [("ok", "on_call: somebody is on call for the next 14 days.")] == on_call_findings(alerting)
