"""The small union with an alert rule, a report that lists what comes of it, and a branch that it fires for."""

from pathlib import Path

from small_union import SmallUnion, make_small_union

RULES = """
- alert: part_time_high
  metric: part_time_share
  entity: branch
  direction: high_is_bad
  compare: {to: organisation}
  eligible: {expected_events: ">= 5"}
  fire_when: {ratio: ">= 1.5"}
  clear_when: {ratio: "< 1.1"}
  data: {period: month, close_lag_days: 0, max_age_days: 45}
  notify: [{audience: region_leaders, channel: email}]
  owner: analysis
  runbook: https://intranet.example/runbooks/part-time
"""
REPORT = """
report: watching
title: {nb: "Følg med, {branch}", da: "Hold øje, {branch}", en: "Watch, {branch}"}
owner: analyse@proeve.example
period: previous month
burst: {levels: [national, region, local]}
sections:
  - watch_list: {limit: 5}
deliver:
  - {audience: branch_leaders, channel: email, formats: [html, pdf, xlsx]}
  - {audience: region_leaders, channel: email, formats: [html, pdf, xlsx]}
"""
# Fet, of Region Sør, where everybody works part time.
STANDS_OUT = "S3"


def make_watching_union(folder: Path) -> SmallUnion:
    made = make_small_union(folder)
    made.write("report_specs/alerts/members.yaml", RULES)
    made.write("report_specs/routing.yaml", "default: [{audience: region_leaders, channel: email}]\n")
    made.write("report_specs/reports/watching.yaml", REPORT)
    made.sql(f"update members set employment = 'part_time' where branch_id = '{STANDS_OUT}'")
    return made
