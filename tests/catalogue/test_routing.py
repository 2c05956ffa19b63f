"""on_call.yaml and routing.yaml: what the loader takes, and one spoilt file for each fault, with the line printed."""

# ruff: noqa: E501 - printed lines are compared whole

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import yaml

from distributor.alerting.incidents import Label
from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.routing_models import MatchSpec
from distributor.catalogue.schema import schemas

RULE = """\
- alert: few
  metric: members
  entity: branch
  direction: low_is_bad
  eligible: {members: ">= 5"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  notify: [{audience: leaders, channel: email}]
  owner: analysis
  runbook: https://intranet.example/runbooks/members
"""
ON_CALL = """\
analysts:
  members: [ann, bo]
  turn: week
  starts_on: "2026-01-05"
  handover: "08:00"
  ends: "16:00"
  timezone: Europe/Oslo
  weekdays: [monday, friday]
  holidays: "NO"
  except: [summer]
  holiday_members: [cai]
  overrides:
    - {from: "2026-07-06", to: "2026-07-13 12:00", member: nobody}
"""
ROUTING = """\
hours: {from: "08:00", to: "16:00", timezone: Europe/Oslo, holidays: "NO", except: [summer]}
mute: [summer]
routes:
  - route: churn
    match: {owner: analysis, severity: "!= warning"}
    steps:
      - {rota: analysts, channel: email}
      - {audience: everyone, channel: email, wait: 4 hours}
default:
  - {audience: leaders, channel: email}
"""
R, T = "on_call.yaml", "routing.yaml"

Changed = Callable[..., list[str]]


@pytest.fixture
def changed(write: Any) -> Changed:
    """Load the good catalogue with rule, rota and routes, with files replaced, and return the printed faults."""

    def load(changes: dict[str, str | None] | None = None) -> list[str]:
        folder = write({R: ON_CALL, T: ROUTING, "alerts/few.yaml": RULE, **(changes or {})})
        datasets = folder / "datasets.yaml"
        datasets.write_text(datasets.read_text("utf-8").replace("    where joined_on < :to\n", ""), "utf-8")
        try:
            load_catalogue(folder)
        except CatalogueError as error:
            return [line.removeprefix("spec/") for line in str(error).splitlines()]
        return []

    return load


def test_rota_and_routes_are_read(changed: Changed) -> None:
    """A rota of a rule's notify and one of a route, beside audiences."""
    assert [] == changed()
    assert [] == changed({"alerts/few.yaml": RULE.replace("audience: leaders", "audience: analysts")})
    assert [] == changed({R: None, T: ROUTING.replace("rota: analysts", "audience: leaders")})


def test_labels_of_routes_are_those_of_incidents() -> None:
    """A line may ask for every label of an incident, and for no other."""
    assert set(map(str, Label)) == set(MatchSpec.model_fields)


def test_digest_follows_routes(write: Any) -> None:
    """Who is asked is part of what a catalogue says; one without routes has the digest it always had."""
    bare = load_catalogue(write({}))
    routed = load_catalogue(write({T: "default: [{audience: leaders, channel: email}]\n"}))
    other = load_catalogue(write({T: "default: [{audience: leaders, channel: sms}]\n"}))

    assert 3 == len({bare.digest, routed.digest, other.digest})


SPOILT = [
    (R, "starts_on: \"2026-01-05\"", "starts_on: \"2026-02-30\"", '4:14: "2026-02-30" is not a day that exists. Write "2026-07-06".'),
    (R, "  starts_on: \"2026-01-05\"\n", "", '1:1: key "starts_on" is missing in rota "analysts". First day of the first turn, "2026-01-05"; turns of a week are handed over on its weekday.'),
    (R, "[ann, bo]", "[]", '2:12: "members" is empty. Ids of recipients, in the order of their turns.'),
    (R, "[ann, bo]", "[ann, nobody]", '2:18: "nobody" cannot take turns. Leave it out, and name the days without anybody by weekdays or overrides.'),
    (R, "turn: week", "turn: month", '3:9: "month" is not a valid value of "turn". Allowed: "day", "week".'),
    (R, "\"08:00\"", "\"8\"", '5:13: "8" is not a valid value of "handover". When a turn begins, local time, in quotes: "08:00".'),
    (R, "\"16:00\"", "\"08:00\"", '6:9: the shift ends at 08:00, when it begins: nobody would ever be on call. Give another time, or leave "ends" out.'),
    (R, "Europe/Oslo", "Europe/Olso", '7:13: time zone "Europe/Olso" is not known. Did you mean "Europe/Oslo"?'),
    (R, "[monday, friday]", "[monday, fridag]", '8:22: "fridag" is not a valid value of "weekdays". Allowed: "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday". Did you mean "friday"?'),
    (R, "[monday, friday]", "[monday, monday]", '8:13: "monday" stands twice in "weekdays". Keep one of them.'),
    (R, "\"NO\"", "\"XX\"", '9:13: the holidays of country "XX" are not known. Use the two letters of ISO 3166, as in NO, DK or SE.'),
    (R, "[summer]", "[sumer]", '10:12: calendar "sumer" is not defined. Known: "summer". Did you mean "summer"?'),
    (R, "  holidays: \"NO\"\n  except: [summer]\n", "", '9:3: "holiday_members" never have a shift: no holidays are named. Give "holidays" or "except".'),
    (R, "\"2026-07-13 12:00\"", "\"2026-07-06\"", '13:32: the override ends at "2026-07-06", not after it begins. Write the earlier time first.'),
    (R, "\"2026-07-13 12:00\"", "\"2026-06-31 12:00\"", '13:32: "2026-06-31" is not a day that exists. Write "2026-07-06".'),
    (R, "member: nobody", "person: nobody", None),
    (T, "from: \"08:00\"", "from: \"17:00\"", '1:28: the hours from 17:00 to 16:00 never pass. Write an opening before the closing.'),
    (T, "Europe/Oslo", "Europe/Olso", '1:47: time zone "Europe/Olso" is not known. Did you mean "Europe/Oslo"?'),
    (T, "\"NO\"", "\"XX\"", '1:70: the holidays of country "XX" are not known. Use the two letters of ISO 3166, as in NO, DK or SE.'),
    (T, "except: [summer]", "except: [winter]", '1:85: calendar "winter" is not defined. Known: "summer".'),
    (T, "mute: [summer]", "mute: [winter]", '2:8: calendar "winter" is not defined. Known: "summer".'),
    (T, "mute: [summer]", "mute: [summer, summer]", '2:7: "summer" stands twice in "mute". Keep one of them.'),
    (T, "{owner: analysis, severity: \"!= warning\"}", "{}", '5:5: a route that matches everything is the default. Write it under "default".'),
    (T, "owner: analysis", "owner: analisys", '5:20: no alert rule has the owner "analisys". Known: "analysis". Did you mean "analysis"?'),
    (T, "\"!= warning\"", "high", '5:40: no alert rule has the severity "high". Known: "critical", "warning".'),
    (T, "owner: analysis", "team: analysis", '5:13: key "team" is unknown. Allowed: "rule", "family", "metric", "owner", "entity", "region", "severity".'),
    (T, "rota: analysts", "rota: analyst", '7:16: rota "analyst" is not defined. Known: "analysts". Did you mean "analysts"?'),
    (T, "rota: analysts", "audience: analysts", '7:20: audience "analysts" is not defined. Known: "everyone", "leaders".'),
    (T, "audience: everyone", "rota: analysts", '8:9: "analysts" is asked twice over email in one route. Keep the first.'),
    (T, "rota: analysts,", "rota: analysts, audience: leaders,", '7:9: give either audience or rota, not both and not neither.'),
    (T, "4 hours", "4 days", '8:52: "4 days" is not a valid value of "wait". Working time after the step before: "4 hours"; at once without.'),
    (T, "channel: email, wait", "channel: fax, wait", '8:39: "fax" is not a valid value of "channel". Allowed: "email", "slack", "sms", "folder".'),
    (T, "default:\n  - {audience: leaders, channel: email}\n", "", '1:1: key "default" is missing in the file. Who is asked of what no line takes: nothing may go unheard.'),
    (T, "default:\n  - {audience: leaders, channel: email}\n", "default: []\n", '9:10: "default" is empty. Who is asked of what no line takes: nothing may go unheard.'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line"), [case for case in SPOILT if case[3] is not None])
def test_fault_is_printed_once_with_its_place(changed: Changed, file: str, old: str, new: str, line: str) -> None:
    """Each fault is one line with file, line, column, what is wrong, what is allowed and what to do."""
    good = {R: ON_CALL, T: ROUTING}[file]
    assert old in good

    assert [f"{file}:{line}"] == changed({file: good.replace(old, new, 1)})


def test_name_of_rota_and_audience_is_refused(changed: Changed) -> None:
    """A rule that notifies "leaders" would not say whether the people or who is on call are meant."""
    found = changed(
        {R: ON_CALL.replace("analysts:", "leaders:"), T: ROUTING.replace("rota: analysts", "rota: leaders")}
    )

    assert [
        'on_call.yaml:1:1: "leaders" is the name of an audience as well: alert rules name both. '
        "Give one of them another name."
    ] == found


def test_rules_that_notify_need_routes(changed: Changed) -> None:
    """Without a default route an alert that nobody answers would go unheard; rules of the watch list need none."""
    silent = RULE.replace("  notify: [{audience: leaders, channel: email}]\n", "")

    assert [
        "routing.yaml: this file is missing: alert rules notify, and nothing says who is asked when nobody answers. "
        "Write a default: [{audience: …, channel: email}]."
    ] == changed({T: None})
    assert [] == changed({T: None, "alerts/few.yaml": silent})


def test_notify_of_nobody_names_audiences_and_rotas(changed: Changed) -> None:
    """A rule may notify an audience or a rota; the fault lists both."""
    [found] = changed({"alerts/few.yaml": RULE.replace("audience: leaders", "audience: analists")})

    assert found == (
        'alerts/few.yaml:8:23: audience "analists" is not defined. Known: "analysts", "everyone", "leaders". '
        'Did you mean "analysts"?'
    )


@pytest.mark.parametrize(("name", "text"), [("on_call", ON_CALL), ("routing", ROUTING)])
def test_files_fit_the_schema(name: str, text: str) -> None:
    """Editors take what the loader takes, and refuse an unknown key as it does."""
    validator = jsonschema.Draft7Validator(schemas()[name])
    content = yaml.safe_load(text)

    assert [] == list(validator.iter_errors(content))
    assert [] != list(validator.iter_errors({**content, "Extra": {"hours": 1}}))
