"""One spoilt catalogue for each fault, with the exact line that is printed."""

# ruff: noqa: E501 - printed lines are compared whole

from collections.abc import Callable

import pytest

Spoilt = Callable[[str, str, str], list[str]]

C, D, M, A, K = "catalogue.yaml", "datasets.yaml", "metrics.yaml", "audiences.yaml", "calendars.yaml"
B, R = "reports/base.yaml", "reports/monthly.yaml"

METRICS = 'Known: "churn", "goal", "leavers", "member_months", "members".'
COLUMNS = 'Known: "age_band", "branch_id", "joined_on", "leave_reason", "left_on", "membership_id", "person".'
BREAKDOWNS = (
    'Known: "age_band", "leave_reason". Allowed: "branch", "day", "week", "month", "quarter", "year".{} '
    'Declare it under "columns" of "memberships" in datasets.yaml.'
)
LANGUAGES = "Give it in every language of catalogue.yaml."
BRACES = "Write {branch}, {period} or {organisation}; a brace itself is written twice."
FIX_COLUMN = 'Declare it under "columns" of "workplaces" in datasets.yaml.'
HELD = "who holds the role gets the pack already"
WHEN = (
    '"always", or "any section moved more than 30 %": a figure of the whole organisation against the previous period.'
)
PERIODS = '"previous month", "current quarter", "previous membership year", "rolling 12 months".'

ORGANISATION = [
    ("Europe/Oslo", "Europe/Olso", '3:11: time zone "Europe/Olso" is not known. Did you mean "Europe/Oslo"?'),
    ("Europe/Oslo", "../../etc", '3:11: time zone "../../etc" is not known. Use an IANA name such as Europe/Oslo.'),
    ('"09-01"', '"02-29"', '4:18: "02-29" is not a day of every year. Write month and day, "09-01".'),
    (
        '"09-01"',
        "9-1",
        '4:18: "9-1" is not a valid value of "membership_year". First day of the membership year, MM-DD: "09-01".',
    ),
    ("[nb, en]", "[nb, sv]", '2:17: "sv" is not a valid value of "languages". Allowed: "nb", "da", "en".'),
    ("[nb, en]", "[nb, en, en]", '2:12: "en" stands twice in "languages". Keep one of them.'),
    ("[nb, en]", "nb", '2:12: "languages" must be a list, not the text "nb". Write [nb].'),
    ("[nb, en]", "[]", '2:12: "languages" is empty. Languages every text must have.'),
    (
        "timezone:",
        "timezon:",
        '3:1: key "timezon" is unknown. Allowed: "organisation", "languages", "timezone", "membership_year", '
        '"min_cell", "levels", "accent". Did you mean "timezone"?',
    ),
    (
        "organisation: {nb: Forbundet, en: The Union}\n",
        "",
        '1:1: key "organisation" is missing in the file. Name of the organisation.',
    ),
    ("en: The Union", "fr: L'Union", '1:31: key "fr" is unknown. Allowed: "nb", "da", "en".'),
    (", en: The Union", "", f'1:1: the text of "organisation" has no "en". {LANGUAGES}'),
    ("{nb: Landet, en: Country}", "{nb: Landet}", f'6:3: the text of "national" has no "en". {LANGUAGES}'),
    ("Europe/Oslo", "Europe/Oslo\nmin_cell: -1", '4:11: "min_cell" must be at least 0, not -1.'),
    ("Europe/Oslo", "Europe/Oslo\nmin_cell: five", '4:11: "min_cell" must be a whole number, not the text "five".'),
    (
        "Europe/Oslo",
        'Europe/Oslo\nmin_cell: "5"',
        '4:11: "min_cell" must be a whole number, not the text "5". Write it without quotes.',
    ),
    ("Europe/Oslo", "Europe/Oslo\nmin_cell:", '4:10: "min_cell" is empty; it must be a whole number.'),
    (
        "Europe/Oslo",
        "Europe/Oslo\naccent: blue",
        '4:9: "blue" is not a valid value of "accent". Colour of headings and charts: "#0b5c8a".',
    ),
]

DATASETS = [
    (
        "file: sql/workplaces.sql",
        "file: ../outside.sql",
        '17:9: the file "../outside.sql" is outside the catalogue\'s folder. Known: "sql/workplaces.sql". '
        "Give the path of an .sql file relative to the catalogue's folder.",
    ),
    (
        "sql/workplaces.sql",
        "sql/workplace.sql",
        '17:9: there is no SQL file "sql/workplace.sql" in the catalogue\'s folder. Known: "sql/workplaces.sql". '
        'Did you mean "sql/workplaces.sql"? Give the path of an .sql file relative to the catalogue\'s folder.',
    ),
    ("  file: sql/workplaces.sql\n", "", "14:1: give either sql or file, not both and not neither."),
    (
        "workplaces:\n  source: warehouse\n",
        "workplaces:\n",
        '14:1: key "source" is missing in dataset "workplaces". A [sources.*] of config.toml.',
    ),
    ("< :to", "< :until", '10:23: parameter ":until" is not known. Allowed: ":from", ":to", ":as_of".'),
    ("< :to", "< $1", '10:23: parameter "$1" is not known. Allowed: ":from", ":to", ":as_of".'),
    ("< :to", "<", '10:21: this is not SQL near "<": the expression is not complete.'),
    ("where joined_on < :to", "; delete from memberships", "6:8: the SQL has 2 statements. Write one SELECT."),
    (
        "memberships\n    where",
        "read_csv('x')\n    where",
        '6:8: function "read_csv" is not allowed: it reads outside the source.',
    ),
    (
        "memberships\n    where",
        "'/etc/passwd'\n    where",
        '6:8: "/etc/passwd" is a file; a query reads tables. Declare the folder as a source.',
    ),
    (
        "[membership_id]",
        "[member_id]",
        f'4:11: the query of dataset "memberships" returns no column "member_id". {COLUMNS} Did you mean "membership_id"?',
    ),
    (
        "file: sql/workplaces.sql",
        "sql: drop table x",
        "17:8: the SQL is not a query but a DROP statement. Write one SELECT.",
    ),
    (
        "file: sql/workplaces.sql",
        "sql: with x as (delete from y returning *) select * from x",
        "17:8: the SQL holds a DELETE statement; it may only read.",
    ),
    (
        "file: sql/workplaces.sql",
        "sql: select * into x from y",
        "17:8: the SQL holds an INTO statement; it may only read.",
    ),
    (
        "branch: branch_id\n  file",
        "branch: branch_id\n  checks: {fresh: {column: members, within: 2 moons}}\n  file",
        '17:45: "2 moons" is not a valid value of "within". '
        'Largest allowed age at the end of the report period or now: "40 days".',
    ),
    (
        "branch: branch_id\n  file",
        "branch: branch_id\n  checks: {unknown_branch: ignore}\n  file",
        '17:28: "ignore" is not a valid value of "unknown_branch". Allowed: "hold", "report".',
    ),
    (
        "branch: branch_id\n  file",
        "branch: branch_id\n  checks: {reconcile: [{sql: select 1, equals: cuont(*)}]}\n  file",
        '17:48: function "cuont" is not known. Did you mean "count"?',
    ),
]

METRIC_FAULTS = [
    (
        "dataset: workplaces",
        "dataset: workplace",
        '10:12: dataset "workplace" is not defined. Known: "memberships", "workplaces". Did you mean "workplaces"?',
    ),
    ("target: goal", "target: gaol", f'7:11: metric "gaol" is not defined. {METRICS} Did you mean "goal"?'),
    (
        "target: goal",
        "target: members",
        "7:11: the metrics go in a circle: members -> members. A target must not need the metric that it is for.",
    ),
    (
        "target: goal",
        "target: Big Goal",
        '7:11: "Big Goal" is not a valid value of "target". A metric that gives the target, or a number.',
    ),
    (
        "target: goal",
        "goal: 5",
        '7:3: key "goal" is unknown. Allowed: "label", "description", "unit", "better", "target", "format", "window", '
        '"dataset", "measure", "at", "on", "where", "min_cell".',
    ),
    (
        "leavers / member_months",
        "leaver / member_months",
        f'24:9: metric "leaver" is not defined. {METRICS} Did you mean "leavers"?',
    ),
    (
        "leavers / member_months",
        "leavers / churn",
        '24:9: "churn" is itself a ratio or a rate, and a rate takes two aggregates. '
        "Name metrics with a dataset and a measure.",
    ),
    (
        "leavers / member_months",
        "leavers",
        '24:9: "leavers" is not a valid value of "rate". Two metrics: "leavers / member_months".',
    ),
    ("measure: count(*)", "measure: cuont(*)", '4:12: function "cuont" is not known. Did you mean "count"?'),
    (
        "measure: count(*)",
        "measure: (select count(*) from secrets)",
        "4:12: an expression cannot hold a query. Put it in the dataset's SQL, and give its result a column.",
    ),
    ("measure: count(*)", "measure: count(*) over ()", "4:12: an expression cannot hold a window function (over)."),
    (
        "measure: count(*)",
        "measure: count(*) as n",
        '4:12: "as n" has no place here. Leave it out; the metric has a name.',
    ),
    ("measure: count(*)", 'measure: "sum(amount"', '4:17: this is not SQL near "amount": expecting ).'),
    ("measure: count(*)", "measure: |\n    sum(\n      amount", '6:7: this is not SQL near "amount": expecting ).'),
    (
        "measure: count(*)",
        "measure: read_text('x')",
        '4:12: function "read_text" is not allowed: it reads outside the source.',
    ),
    (
        "measure: count(*)",
        "measure: count(*); drop table x",
        "4:12: this is not one SQL expression. Write an expression such as count(*).",
    ),
    (
        "left_on > :as_of)",
        "left_on > current_date)",
        '5:7: function "current_date" gives another value each time. '
        "Use :as_of, :from or :to, so that a figure can be computed again.",
    ),
    ("measure: count(*)", "measure:", '4:11: "measure" is empty; it must be a text.'),
    (
        "joined_on <= :as_of and (left_on is null or left_on > :as_of)",
        "left_on is null -- :as_of",
        '5:7: "at" does not use :as_of. Say what must hold on that day, as in joined_on <= :as_of; for a flow use on.',
    ),
    (
        "joined_on <= :as_of and (left_on is null or left_on > :as_of)",
        "joined_on <= :as_of and count(*) > 1",
        "5:7: a condition cannot have the aggregate count. Conditions are about one row.",
    ),
    (
        "on: left_on",
        "on: left",
        f'16:7: the query of dataset "memberships" returns no column "left". {COLUMNS} Did you mean "left_on"?',
    ),
    ("on: left_on", "at: left_on > :as_of\n  on: left_on", "12:1: a metric is a stock (at) or a flow (on), not both."),
    (
        "<> 'transfer'",
        "<> :reason",
        '17:26: parameter ":reason" is not known. Allowed: ":from", ":to", ":as_of". Did you mean ":as_of"?',
    ),
    (
        "better: lower",
        "better: lwer",
        '26:11: "lwer" is not a valid value of "better". Allowed: "higher", "lower". Did you mean "lower"?',
    ),
    ("{nb: Frafall, en: Churn}", "{nb: Frafall}", f'23:3: the text of "label" has no "en". {LANGUAGES}'),
    ("better: lower", "format: {kind: percent, decimals: 9}", '26:37: "decimals" must be at most 6, not 9.'),
    (
        "churn:",
        "9th: {label: Nine, ratio: goal / members}\nchurn:",
        '22:1: "9th" is not a valid name. A name has lower-case letters, digits and underscores and begins with a letter.',
    ),
]

AUDIENCES = [
    (
        "[local]",
        "[locl]",
        '3:12: level "locl" is not defined in catalogue.yaml. Known: "national", "local". Did you mean "local"?',
    ),
    ("[leader]", "[]", '2:10: "roles" is empty. Roles of the directory; one of them is enough.'),
    ("[leader]", "[leader]\n  branch: named", "1:1: branches goes with branch: named, and named needs branches."),
    ("[member]", "member", '6:10: "roles" must be a list, not the text "member". Write [member].'),
    ("[member]", "[member]\n  personal: yes", '7:13: "personal" must be true or false, not the text "yes".'),
    (
        "[member]",
        "[member]\n  fallback: [chief of locals]",
        '7:14: level "locals" is not defined in catalogue.yaml. Known: "national", "local". Allowed: "parent". '
        'Did you mean "local"? A role with " of " in its name is written {role: "chief of locals"}.',
    ),
    ("[leader]", "[leader]\n  fallback: [leader]", f'3:14: "leader" in "fallback" finds nobody: {HELD}. Leave it out.'),
    (
        "[leader]",
        "[leader]\n  fallback: [leader of parent, leader of local]",
        f'3:32: "leader of local" in "fallback" finds nobody: {HELD}. Leave it out.',
    ),
    (
        "[member]",
        "[member]\n  branch: subtree\n  fallback: [member of national]",
        f'8:14: "member of national" in "fallback" finds nobody: {HELD}. Leave it out.',
    ),
    (
        "[local]",
        "[national]\n  fallback: [chief of parent]",
        '4:14: "chief of parent" in "fallback" finds nobody: nothing lies above the level national. Leave it out.',
    ),
    (
        "[local]",
        "[national]\n  fallback: [chief of local]",
        '4:14: "chief of local" in "fallback" finds nobody: the level local lies below national. Leave it out.',
    ),
    (
        "[member]",
        "[member]\n  fallback: [chief, {role: chief}, {role: head of office}]",
        '7:21: "chief" stands twice in "fallback". Keep the first.',
    ),
    (
        "[member]",
        "[member]\n  fallback: chief",
        '7:13: "fallback" must be a list, not the text "chief". Write [chief].',
    ),
    (
        "[member]",
        "[member]\n  fallback: [{of: parent}]",
        '7:14: key "role" is missing in "fallback". Role of the directory.',
    ),
    (
        "[member]",
        "[member]\n  fallback: [chief of The Board]",
        '7:14: "The Board" is not a valid value of "of". '
        "A name has lower-case letters, digits and underscores and begins with a letter.",
    ),
]

CALENDARS = [
    (
        "2026-07-31",
        "2026-06-31",
        '3:11: "2026-06-31" is not a day that exists. '
        'Write "2026-07-06", "2026-07-06..2026-07-31", or "12-24" for every year.',
    ),
    (
        "2026-07-31",
        "2025-07-31",
        '3:11: "2026-07-06..2025-07-31" ends before it begins. Write the earlier day first.',
    ),
    (
        "12-24",
        "24.12.",
        '3:35: "24.12." is not a valid value of "dates". '
        '"2026-07-06..2026-07-31", "2026-05-15"; "12-24..01-02" and "12-24" for every year.',
    ),
    (
        "[2026-07-06..2026-07-31, 12-24]",
        "[]",
        '3:10: "dates" is empty. "2026-07-06..2026-07-31", "2026-05-15"; "12-24..01-02" and "12-24" for every year.',
    ),
    ("12-24]", "12-24, 12-24]", '3:10: "12-24" stands twice in "dates". Keep one of them.'),
    (", en: Summer break", "", f'2:3: the text of "label" has no "en". {LANGUAGES}'),
]

BASE = [
    ("previous month", "last month", f'4:9: "last month" is not a valid value of "period". {PERIODS}'),
    (
        "[local]",
        "[lokal]",
        '5:18: level "lokal" is not defined in catalogue.yaml. Known: "national", "local". Did you mean "local"?',
    ),
    ("[local]", "[local], branches: [0301]", '5:37: "branches" must be a text, not the number 301. Put it in quotes.'),
    (
        "analysis@union.example",
        "analysis",
        '3:8: "analysis" is not an e-mail address. Name who answers for the report, as in analysis@union.example.',
    ),
    (
        "first business day",
        "first of month",
        '7:7: "first of month" is not a valid value of "on". "every monday", "first business day", '
        '"last friday of quarter", "3rd business day before month end", "cron: ...".',
    ),
    (
        "first business day",
        '"cron: 0 7 * * 1"',
        '7:7: "1" does not name days of the week. '
        "Numbers mean different days in different programs: write mon, tue, ... or mon-fri.",
    ),
    (
        "first business day",
        '"cron: 7 * mon"',
        '7:7: "7 * mon" is not a cron line of five fields. '
        "Write minute, hour, day of month, month and day of week, as in cron: 0 7 * * mon.",
    ),
    (
        "first business day",
        '"cron: 60 7 * * mon"',
        '7:7: "60" is not a valid minute of a cron line. Write * or numbers from 0 to 59, as in 1,3 or 2-6 or */2.',
    ),
    (
        "first business day",
        f'"cron: */{"9" * 5000} 7 * * mon"',
        f'7:7: "*/{"9" * 58}" is not a valid minute of a cron line. Write * or numbers from 0 to 59, as in 1,3 or 2-6 or */2.',
    ),
    (
        "first business day",
        '"cron: 0 7 1 foo *"',
        '7:7: "foo" is not a valid month of a cron line. '
        "Write * or numbers from 1 to 12 or jan to dec, as in 1,3 or 2-6 or */2.",
    ),
    (
        "first business day",
        '"cron: 0 7 1-7 * mon"',
        '7:7: day of month "1-7" and day of week "mon" are both given. '
        "Programs differ on what that means: make one of them *, or write first monday.",
    ),
    (
        "first business day",
        '"cron: 0 7 30 feb *"',
        '7:7: day 30 never comes in month "feb". Give a day that the month has.',
    ),
    (
        "first business day",
        "6th monday",
        '7:7: "6th monday" never comes. A month has at most 5 Mondays.',
    ),
    (
        "first business day",
        "93rd day of quarter",
        '7:7: "93rd day of quarter" never comes. A quarter has at most 92 days.',
    ),
    (
        "first business day",
        "24th business day before month end",
        '7:7: "24th business day before month end" never comes. A month has at most 23 business days.',
    ),
    (
        "first business day",
        "second friday of week",
        '7:7: "second friday of week" never comes. A week has at most 1 Friday.',
    ),
    (
        "first business day",
        "every business sunday",
        '7:7: "every business sunday" never comes. Saturdays and Sundays are not business days.',
    ),
    (
        "[summer]",
        "[sumer]",
        '9:12: calendar "sumer" is not defined. Known: "summer". Did you mean "summer"?',
    ),
    ("[summer]", "[summer, summer]", '9:11: "summer" stands twice in "except". Keep one of them.'),
    ("[summer]", "summer", '9:11: "except" must be a list, not the text "summer". Write [summer].'),
    (
        "except: [summer]",
        "except_: [summer]",
        '9:3: key "except_" is unknown. Allowed: "on", "at", "timezone", "holidays", "except", "on_holiday", "catch_up", '
        '"stale_after". Did you mean "except"?',
    ),
    (
        "[summer]",
        '[summer]\n  holidays: "XX"',
        '10:13: the holidays of country "XX" are not known. Use the two letters of ISO 3166, as in NO, DK or SE.',
    ),
    (
        "[summer]",
        "[summer]\n  stale_after: 3 moons",
        '10:16: "3 moons" is not a valid value of "stale_after". '
        'A missed time older than this is not made up for: "3 days"; without, all are.',
    ),
    (
        "[summer]",
        "[summer]\n  on_holiday: keep",
        '10:15: "keep" is not a valid value of "on_holiday". Allowed: "next business day", "skip".',
    ),
    (
        '"07:00"',
        '"07:00"\n  timezone: Oslo',
        '9:13: time zone "Oslo" is not known. Use an IANA name such as Europe/Oslo.',
    ),
    (
        "period: previous month",
        "period: previous month\napproval: {when: any section moved more than a third}",
        f'5:18: "any section moved more than a third" is not a valid value of "when". {WHEN}',
    ),
    (
        "period: previous month",
        "period: previous month\napproval: {when: any section moved more than 30}",
        f'5:18: "any section moved more than 30" is not a valid value of "when". {WHEN}',
    ),
    (
        "period: previous month",
        "period: previous month\napproval: {when: always, sample: 0}",
        '5:34: "sample" must be at least 1, not 0.',
    ),
    (
        "period: previous month",
        "period: previous month\ngates: {then: hold}",
        '5:1: key "wait" is missing in "gates". How long after its time the run waits for better data: '
        '"36 hours", "2 days"; no longer than the report\'s period.',
    ),
    (
        "period: previous month",
        "period: previous month\ngates: {wait: 2 days, then: send}",
        '5:29: "send" is not a valid value of "then". Allowed: "hold", "send with banner".',
    ),
    (
        "period: previous month",
        "period: previous month\ngates: {wait: 5 weeks}",
        '5:15: "5 weeks" is a longer wait than a report on the "previous month" can have. '
        "Wait at most 28 days: then the next run is due.",
    ),
    (
        "period: previous month",
        "period: current day\ngates: {wait: 25 hours}",
        '5:15: "25 hours" is a longer wait than a report on the "current day" can have. '
        "Wait at most 1 day: then the next run is due.",
    ),
]

REPORTS = [
    (
        'at: "08:00"',
        'on: "cron: 0 7 * * mon", at: "08:00"',
        '4:37: "at" has no meaning beside a cron line. Leave it out; where it is taken over, write at: null.',
    ),
    (
        'at: "08:00"',
        "at: null",
        '4:1: key "at" is missing in "schedule". Local time, HH:MM, in quotes: "07:00".',
    ),
    ("extends: base", "extends: bse", '2:10: report "bse" is not defined. Known: "base". Did you mean "base"?'),
    (
        "extends: base",
        "extends: monthly",
        "2:10: extends goes in a circle: monthly -> monthly. Let one of them stand alone.",
    ),
    (
        "report: monthly",
        "report: base",
        '1:9: report "base" is already defined at spec/reports/base.yaml:1:9. Give it another name.',
    ),
    ("report: monthly", "report: 5", '1:9: "report" must be a text, not the number 5. Put it in quotes.'),
    ("report: monthly\n", "", '1:1: key "report" is missing in the report. It gives the report\'s name.'),
    (
        "report: monthly",
        "report: Monthly",
        '1:9: "Monthly" is not a valid value of "report". '
        "A name has lower-case letters, digits and underscores and begins with a letter.",
    ),
    (
        '"Members, {branch}"',
        '"{brnch}"',
        '3:42: "{brnch}" is not known in a title. Allowed: "branch", "period", "organisation". Did you mean "branch"?',
    ),
    (
        '"Members, {branch}"',
        '"{branch"',
        f"3:42: the title cannot be filled in: expected '}}' before end of string. {BRACES}",
    ),
    ('"Members, {branch}"', '"{branch!r}"', f'3:42: "{{branch}}" takes no format. {BRACES}'),
    (
        '"Members, {branch}"',
        '"{branch.__class__}"',
        '3:42: "{branch.__class__}" is not known in a title. Allowed: "branch", "period", "organisation".',
    ),
    (', en: "Members, {branch}"', "", f'3:1: the text of "title" has no "en". {LANGUAGES}'),
    ("[members, churn]", "[members, chrun]", f'6:22: metric "chrun" is not defined. {METRICS} Did you mean "churn"?'),
    ("[members, churn]", "[members, members]", '6:12: "members" stands twice in "tiles". Keep one of them.'),
    ("[members, churn]", "members", '6:12: "tiles" must be a list, not the text "members". Write [members].'),
    (
        "tiles: [members, churn]",
        "tile: [members, churn]",
        "6:5: a section needs one of the keys that say what it is. "
        'Allowed: "tiles", "chart", "table", "rows", "watch_list", "text". Did you mean "tiles"?',
    ),
    (
        "tiles: [members, churn]",
        "members",
        '6:5: a section needs one of the keys that say what it is. Allowed: "tiles", "chart", "table", "rows", "watch_list", "text".',
    ),
    (
        "by: age_band\n",
        "by: age\n",
        '14:9: "age" is not a declared column of dataset "memberships" ("leavers", a part of metric "churn"). '
        + BREAKDOWNS.format(""),
    ),
    (
        "by: age_band,",
        "by: mnth,",
        '20:46: "mnth" is not a declared column of dataset "memberships" (metric "members"). '
        + BREAKDOWNS.format(' Did you mean "month"?'),
    ),
    (
        "chart: line",
        "chart: lines",
        '7:12: "lines" is not a valid value of "chart". Allowed: "line", "bars", "stacked bars", "heat map". Did you mean "line"?',
    ),
    ("chart: line", "chart: line\n    metrics: [members]", "7:5: give either metric or metrics."),
    ("    split: leave_reason\n", "", '16:5: a chart of stacked bars needs "split". Name the column of its parts.'),
    ("split: leave_reason", "split: month", '19:5: "split" and "by" are the same column. Name two different ones.'),
    (
        "compare: [organisation]",
        "split: leave_reason",
        '15:5: "split" has no meaning for bars. Use stacked bars or heat map.',
    ),
    (
        "split: leave_reason",
        "split: leave_reason\n    horizontal: true",
        '20:5: "horizontal" has no meaning for stacked bars. Use chart: bars.',
    ),
    (
        "split: leave_reason",
        "split: leave_reason\n    compare: [last year]",
        "20:5: a chart of stacked bars shows no comparison. Leave it out, or use chart: bars.",
    ),
    (
        "[organisation]",
        "[organization]",
        '15:15: "organization" is not a valid value of "compare". '
        'Allowed: "last year", "previous period", "target", "organisation". Did you mean "organisation"?',
    ),
    (
        "[organisation]",
        "[target]",
        '15:15: metric "churn" has no target to compare with. Give it a "target" in metrics.yaml, or leave this out.',
    ),
    (
        "sort: members}",
        "sort: churn}",
        '20:62: the table cannot be sorted by "churn". Allowed: "label", "members", "leavers".',
    ),
    ("sort: members}", "sort: members, limit: 999}", '20:78: "limit" must be at most 200, not 999.'),
    (
        "dataset: workplaces,",
        "dataset: places,",
        '21:21: dataset "places" is not defined. Known: "memberships", "workplaces". Did you mean "workplaces"?',
    ),
    (
        "[workplace, members]",
        "[workplace, heads]",
        f'21:54: "heads" is not a known column of dataset "workplaces". Known: "branch_id", "members", "workplace". {FIX_COLUMN}',
    ),
    (
        "sort: -members",
        "sort: -member",
        f'21:90: "member" is not a known column of dataset "workplaces". Known: "branch_id", "members", "workplace". Did you mean "members"? {FIX_COLUMN}',
    ),
    ("members > 5", "members >", '21:79: this is not SQL near ">": the expression is not complete.'),
    (
        "summary()",
        "sumary()",
        '22:11: "sumary" is not known in a text. Allowed: "summary", "branch", "period", "organisation". Did you mean "summary"?',
    ),
    ("summary()", "summary(", "22:11: the text is not a template, line 1: unexpected '}', expected ')'."),
    (
        "summary()",
        "branch | nope",
        '22:11: the filter "nope" is not one of capitalize, default, join, length, lower, replace, title, trim, upper.',
    ),
    ("{{ summary() }}", "{% include 'x' %}", '22:11: the template uses "include", which is not allowed in a report.'),
    ("summary()", "'x' * 999999999", '22:11: the template uses "*", which is not allowed in a report.'),
    (
        "audience: leaders",
        "audience: leader",
        '24:16: audience "leader" is not defined. Known: "everyone", "leaders". Did you mean "leaders"?',
    ),
    (
        "channel: email",
        "channel: fax",
        '24:34: "fax" is not a valid value of "channel". Allowed: "email", "slack", "sms", "folder".',
    ),
    ("[html, pdf]", "[html, summary]", '24:57: "summary" cannot be sent by email. Allowed: "html", "pdf", "xlsx".'),
    ("[summary]", "[pdf]", '25:52: "pdf" cannot be sent by slack. Allowed: "summary".'),
    ("[html, pdf]", "[html, html]", '24:50: "html" stands twice in "formats". Keep one of them.'),
]

CASES = [
    pytest.param(file, old, new, line, id=f"{file}-{number}")
    for file, table in (
        (C, ORGANISATION),
        (D, DATASETS),
        (M, METRIC_FAULTS),
        (A, AUDIENCES),
        (K, CALENDARS),
        (B, BASE),
        (R, REPORTS),
    )
    for number, (old, new, line) in enumerate(table)
]


@pytest.mark.parametrize(("file", "old", "new", "line"), CASES)
def test_fault_is_printed_once_with_its_place(spoilt: Spoilt, file: str, old: str, new: str, line: str) -> None:
    """Each fault is one line with file, line, column, what is wrong, what is allowed and what to do."""
    found = spoilt(file, old, new)

    assert [f"{file}:{line}"] == found
