"""The small union with rules, a rota, routes, and people at its head who hear of alerts."""

from pathlib import Path

from small_union import SmallUnion, make_small_union

RULES = """
- alert: members_few
  metric: members
  entity: branch
  direction: low_is_bad
  eligible: {members: ">= 1"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  severity: {critical: "value < 10"}
  notify:
    - {audience: region_leaders, channel: email}
    - {audience: analysts, channel: email, when: critical}
  owner: analysis
  runbook: https://intranet.example/runbooks/members
- alert: register_late
  freshness: memberships
  entity: organisation
  direction: high_is_bad
  fire_when: {data_age_days: "> 8"}
  clear_when: {data_age_days: "<= 3"}
  data: {period: day, close_lag_days: 0, max_age_days: 40}
  notify: [{audience: on_call, channel: email}]
  owner: data_team
  runbook: https://intranet.example/runbooks/register
- alert: members_watch
  metric: members
  entity: region
  direction: low_is_bad
  eligible: {members: ">= 1"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  owner: analysis
  runbook: https://intranet.example/runbooks/members
"""
AUDIENCES = """
analysts: {roles: [analyst], branch: subtree, levels: [region], small_cells: true}
head: {roles: [head], branch: own, levels: [national]}
"""
ON_CALL = """
on_call:
  members: [ann, bo]
  starts_on: "2026-06-01"
  ends: "16:00"
  weekdays: [monday, tuesday, wednesday, thursday, friday]
  holidays: "NO"
  overrides:
    - {from: "2026-06-04 12:00", to: "2026-06-05", member: nobody}
"""
ROUTING = """
hours: {holidays: "NO"}
routes:
  - route: south
    match: {region: S}
    steps: [{audience: region_leaders, channel: slack}]
  - route: register
    match: {owner: data_team}
    steps:
      - {rota: on_call, channel: email}
      - {audience: head, channel: email, wait: 4 hours}
default:
  - {rota: on_call, channel: email}
  - {audience: analysts, channel: email, wait: 2 hours}
  - {audience: head, channel: sms, wait: 8 hours}
"""
PEOPLE = """\
ann,Ann Analyst,ann@proeve.example,en
bo,Bo Bakke,ann@proeve.example,nb
head,Hilde Hode,hilde@proeve.example,nb
"""
ROLES = "ann,analyst,00\nbo,analyst,00\nhead,head,00\n"


def make_alerting_union(folder: Path) -> SmallUnion:
    union = make_small_union(folder)
    union.write("report_specs/alerts/members.yaml", RULES)
    union.append("report_specs/audiences.yaml", AUDIENCES)
    union.write("report_specs/on_call.yaml", ON_CALL)
    union.write("report_specs/routing.yaml", ROUTING)
    union.append("directory/recipients.csv", PEOPLE)
    union.append("directory/roles.csv", ROLES)
    return union
