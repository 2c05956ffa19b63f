"""Catalogues read whole: faultless ones, several faults at once, files, and inheritance."""

# ruff: noqa: E501 - printed lines are compared whole

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue

HEAD = "title: T\nowner: a@union.example\nperiod: previous month\nburst: {levels: [local]}\nsections: [{tiles: [members]}]\n"


def test_good_catalogue_is_loaded(write: Any) -> None:
    """A faultless folder becomes a catalogue with everything by name, sorted."""
    catalogue = load_catalogue(write())

    assert ["memberships", "workplaces"] == list(catalogue.datasets)
    assert ["churn", "goal", "leavers", "member_months", "members"] == list(catalogue.metrics)
    assert (["monthly"], ("base",)) == (list(catalogue.reports), catalogue.abstract)
    assert "select workplace, branch_id, members\nfrom workplaces\n" == catalogue.sql("workplaces")
    assert catalogue.sql("memberships").startswith("select membership_id")
    assert ("churn", "goal", "leavers", "member_months", "members") == catalogue.metrics_of("monthly")
    assert ("memberships", "workplaces") == catalogue.datasets_of("monthly")


def test_catalogue_is_frozen(write: Any) -> None:
    """A loaded catalogue does not change."""
    catalogue = load_catalogue(write())

    with pytest.raises(dataclasses.FrozenInstanceError):
        catalogue.digest = ""  # type: ignore[misc]


def test_all_faults_come_in_one_go_sorted_by_place(faults: Any) -> None:
    """Faults of several files and kinds are reported together, by file and line."""
    found = faults(
        {
            "catalogue.yaml": "organisation: O\nlanguages: [nb]\nlevels: {local: Lag}\ntimezone: Nowhere\n",
            "metrics.yaml": "a: {label: A, dataset: nil, measure: count(*)}\nb: {label: B, ratio: a / zz}\nb: 1\n",
            "audiences.yaml": "x: [\n",
            "reports/base.yaml": f"report: r\n{HEAD}bogus: 1\n",
            "reports/monthly.yaml": f"report: s\n{HEAD}deliver: [{{audience: leaders, channel: fax, formats: [html]}}]\n",
            "notes.txt": "",
        }
    )

    assert [
        "audiences.yaml:2:1",
        "catalogue.yaml:4:11",
        "metrics.yaml:1:24",
        "metrics.yaml:2:22",
        "metrics.yaml:3:1",
        "notes.txt",
        "reports/base.yaml:7:1",
        "reports/monthly.yaml:7:40",
    ] == [line.partition(": ")[0] for line in found]


def test_reference_to_a_spec_with_faults_is_no_second_fault(spoilt: Any) -> None:
    """A metric that is declared but wrong is reported once, not at each place that names it."""
    assert 1 == len(spoilt("metrics.yaml", "better: lower", "better: down"))


def test_references_into_an_unreadable_file_are_not_reported(faults: Any) -> None:
    """Where metrics.yaml cannot be read, that is the one fault."""
    assert ["metrics.yaml:2:1: this is not YAML: did not find expected node content."] == faults(
        {"metrics.yaml": "a: {\n"}
    )


def test_two_reports_share_a_fault_of_their_base_once(faults: Any) -> None:
    """A fault that two reports inherit is printed once, in the file that wrote it."""
    base = f"report: base\nabstract: true\n{HEAD.replace('a@union.example', 'nobody')}"
    child = "report: {}\nextends: base\n"

    found = faults(
        {"reports/base.yaml": base, "reports/monthly.yaml": child.format("a"), "reports/x.yaml": child.format("b")}
    )

    assert [
        'reports/base.yaml:4:8: "nobody" is not an e-mail address. Name who answers for the report, as in analysis@union.example.'
    ] == found


# --- files --------------------------------------------------------------------------------------------------------


def test_missing_files_are_named(faults: Any) -> None:
    """The three files that a catalogue cannot do without are asked for."""
    found = faults(dict.fromkeys(("catalogue.yaml", "datasets.yaml", "metrics.yaml")))

    assert [
        "catalogue.yaml: this file is missing. It names the organisation, its languages and its levels.",
        "datasets.yaml: this file is missing. It declares the queries.",
        "metrics.yaml: this file is missing. It declares the metrics.",
    ] == found


def test_unknown_file_is_a_fault_with_the_allowed(faults: Any) -> None:
    """A file that nobody reads is most likely a misspelt one."""
    assert [
        'metric.yaml: this file has no meaning in a catalogue. Allowed: "catalogue.yaml", "datasets.yaml", "metrics.yaml", '
        '"audiences.yaml", "calendars.yaml", "on_call.yaml", "routing.yaml", "reports/*.yaml", "alerts/*.yaml", "*.sql", "*.md". Did you mean "metrics.yaml"?'
    ] == faults({"metric.yaml": "", "README.md": "", ".hidden": "", "sql/other.sql": ""})


def test_missing_folder_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that does not exist is one fault with the folder's name."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(Path("nowhere"))

    assert "nowhere: there is no such folder. Name the folder that holds catalogue.yaml." == str(caught.value)
    assert 3 == caught.value.exit_code


def test_empty_files_declare_nothing(faults: Any) -> None:
    """Empty files of datasets, metrics and audiences are allowed; a catalogue without reports too."""
    empty = dict.fromkeys(("datasets.yaml", "metrics.yaml", "audiences.yaml"), "# nothing yet\n")

    assert [] == faults({**empty, "reports/base.yaml": None, "reports/monthly.yaml": None})


def test_fault_in_an_sql_file_points_into_it(faults: Any) -> None:
    """SQL in a file of its own has its own lines and columns."""
    assert ['sql/workplaces.sql:3:19: parameter ":day" is not known. Allowed: ":from", ":to", ":as_of".'] == faults(
        {"sql/workplaces.sql": "select workplace, branch_id, members\nfrom workplaces\nwhere opened_on < :day\n"}
    )


def test_link_out_of_the_folder_is_refused(write: Any, tmp_path: Path) -> None:
    """A symbolic link does not lead out of the catalogue's folder."""
    (tmp_path / "secret.sql").write_text("select 1")
    folder = write({"sql/workplaces.sql": None})
    (folder / "sql").mkdir(exist_ok=True)
    (folder / "sql" / "workplaces.sql").symlink_to(tmp_path / "secret.sql")

    with pytest.raises(CatalogueError, match=r'the file "sql/workplaces\.sql" is outside'):
        load_catalogue(folder)


def test_sql_of_other_dialects_passes(faults: Any) -> None:
    """A query is checked as SQL of any database, for its source may be any."""
    for sql in (
        "select top 10 workplace, branch_id, members from [dbo].[workplaces] with (nolock)",
        "select workplace::text, branch_id, members from workplaces where data->>'a' = 'x'",
        "select workplace, branch_id, members from a union all select workplace, branch_id, members from b",
        "with x as (select * from y) select workplace, branch_id, members from x where d between :from and :to",
    ):
        assert [] == faults({"sql/workplaces.sql": sql})


def test_colons_in_strings_and_comments_are_no_parameters(faults: Any) -> None:
    """Only :from, :to and :as_of outside strings, comments and casts are bound."""
    sql = "select workplace, branch_id, members::int as members -- :no\nfrom w where a <> ':none' /* :never */ and b < :to"

    assert [] == faults({"sql/workplaces.sql": sql})


# --- extends ------------------------------------------------------------------------------------------------------


def test_extends_merges_mappings_and_replaces_lists(write: Any) -> None:
    """A report takes over mappings key by key, and lists whole, along a chain."""
    middle = "report: middle\nabstract: true\nextends: base\nschedule: {timezone: Europe/Paris}\nburst: {levels: [national]}\n"
    last = "report: last\nextends: middle\ntitle: Last\nschedule: {at: '09:00'}\nsections: [{tiles: [members]}]\nperiod: previous year\n"

    report = load_catalogue(write({"reports/m.yaml": middle, "reports/l.yaml": last})).reports["last"]

    assert report.schedule is not None
    assert ("first business day", "09:00", "Europe/Paris") == (
        report.schedule.on,
        report.schedule.at,
        report.schedule.timezone,
    )
    assert ("national",) == report.burst.levels
    assert ("previous year", "analysis@union.example") == (report.period, report.owner)
    assert (False, "middle") == (report.abstract, report.extends)


def test_null_takes_an_inherited_key_away(write: Any) -> None:
    """schedule: null makes a report without a schedule from a base with one."""
    child = "report: child\nextends: base\ntitle: T\nschedule: null\nsections: [{tiles: [members]}]\n"

    assert load_catalogue(write({"reports/c.yaml": child})).reports["child"].schedule is None


def test_fault_after_a_merge_points_to_the_file_that_wrote_it(faults: Any) -> None:
    """Half of a merged mapping is in one file and half in another; each fault stands in its own."""
    found = faults(
        {
            "reports/a.yaml": "report: a\nabstract: true\nschedule: {on: first business day, timezone: Nowhere}\ndeliver:\n"
            "  - {audience: leadrs, channel: email, formats: [html]}\n",
            "reports/b.yaml": f"report: b\nextends: a\nschedule:\n  at: 7\n{HEAD}",
            "reports/c.yaml": f"report: c\nextends: a\nschedule:\n  at: '07:00'\n{HEAD}",
        }
    )

    assert [
        'reports/a.yaml:3:46: time zone "Nowhere" is not known. Use an IANA name such as Europe/Oslo.',
        'reports/a.yaml:5:16: audience "leadrs" is not defined. Known: "everyone", "leaders". Did you mean "leaders"?',
        'reports/b.yaml:4:7: "at" must be a text, not the number 7. Put it in quotes.',
    ] == found


def test_circle_of_extends_is_one_fault(faults: Any) -> None:
    """Reports that extend each other are named in order, once."""
    found = faults({f"reports/{a}.yaml": f"report: {a}\nextends: {b}\n" for a, b in ("xy", "yz", "zx")})

    assert ["reports/z.yaml:2:10: extends goes in a circle: x -> y -> z -> x. Let one of them stand alone."] == found


def test_abstract_report_may_be_incomplete_but_not_wrong(faults: Any) -> None:
    """An abstract report lacks keys, yet what it has is checked."""
    assert ['reports/x.yaml:3:1: key "ownr" is unknown.'] == [
        line.partition(" Allowed")[0]
        for line in faults({"reports/x.yaml": "report: x\nabstract: true\nownr: a@b.example\n"})
    ]


# --- privacy ------------------------------------------------------------------------------------------------------

ROWS = "  - rows: {dataset: workplaces, columns: [workplace, members], where: members > 5, sort: -members}"


def test_personal_column_needs_an_audience_that_may_see_it(spoilt: Any) -> None:
    """A personal column is refused for each audience and channel that may not have it, at the column."""
    found = spoilt("reports/monthly.yaml", ROWS, "  - rows: {dataset: memberships, columns: [joined_on, person]}")

    assert [
        'reports/monthly.yaml:21:55: column "person" is personal and the report goes to audience "everyone", which may not '
        'see such columns. Leave the column out, or give "everyone" personal: true in audiences.yaml.',
        'reports/monthly.yaml:21:55: column "person" is personal and the report goes to slack, which never gets such '
        "columns. Leave the column out, or send a report without it there.",
    ] == found


def test_personal_column_is_shown_to_those_who_may_see_it(faults: Any) -> None:
    """An audience with personal: true gets personal columns by e-mail."""
    report = (
        "report: list\nextends: base\ntitle: T\nsections: [{rows: {dataset: memberships, columns: [person]}}]\n"
        "deliver: [{audience: leaders, channel: email, formats: [html]}]\n"
    )

    assert [] == faults({"reports/list.yaml": report})


# --- hashes -------------------------------------------------------------------------------------------------------


def loaded(write: Any, file: str, old: str, new: str) -> Catalogue:
    folder = write()
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_catalogue(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("catalogue.yaml", "Europe/Oslo\n", "Europe/Oslo  # zone\nmin_cell: 5\n"),
        ("metrics.yaml", "  better: lower\n", '  better: "lower"\n  per: 12 months\n'),
        ("reports/monthly.yaml", "report: monthly\nextends: base\n", "extends: base\n\nreport: monthly\n"),
    ],
)
def test_spelling_does_not_change_the_hashes(write: Any, file: str, old: str, new: str) -> None:
    """Comments, quotes, order of keys and defaults written out give the same digest and spec hash."""
    before, after = load_catalogue(write()), loaded(write, file, old, new)

    assert (before.digest, before.spec_hash("monthly")) == (after.digest, after.spec_hash("monthly"))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("catalogue.yaml", "The Union", "A Union"),
        ("datasets.yaml", "< :to", "<= :to"),
        ("sql/workplaces.sql", "from workplaces", "from workplaces_v2"),
        ("metrics.yaml", "sum(members)", "max(members)"),
        ("metrics.yaml", "<> 'transfer'", "<> 'moved'"),
        ("audiences.yaml", "[member]", "[steward]"),
        ("calendars.yaml", "2026-07-06", "2026-07-13"),
        ("reports/base.yaml", "analysis@", "office@"),
        ("reports/monthly.yaml", "years: 3", "years: 2"),
    ],
)
def test_spec_hash_covers_all_that_a_report_uses(write: Any, file: str, old: str, new: str) -> None:
    """A change of a target's measure, an operand's condition or a base's owner gives another hash."""
    before, after = load_catalogue(write()), loaded(write, file, old, new)

    assert before.digest != after.digest
    assert before.spec_hash("monthly") != after.spec_hash("monthly")


def test_spec_hash_leaves_out_what_a_report_does_not_use(write: Any) -> None:
    """A new metric that no section names changes the digest and not the report's hash."""
    extra = "  better: lower\nspare: {label: Spare, dataset: workplaces, measure: count(*)}\n"
    before, after = load_catalogue(write()), loaded(write, "metrics.yaml", "  better: lower\n", extra)

    assert before.digest != after.digest
    assert before.spec_hash("monthly") == after.spec_hash("monthly")


def test_cron_line_takes_the_place_of_a_time_that_is_taken_over(write: Any) -> None:
    """A report that extends one with "at" may have a cron line, and says that there is no "at" then."""
    catalogue = loaded(write, "reports/monthly.yaml", '{at: "08:00"}', '{on: "cron: 0 7 * * mon", at: null}')

    schedule = catalogue.reports["monthly"].schedule
    assert schedule is not None
    assert ("cron: 0 7 * * mon", None, ("summer",)) == (schedule.on, schedule.at, schedule.except_)


def test_calendars_may_be_absent(write: Any) -> None:
    """A catalogue without calendars.yaml has none."""
    base = (write() / "reports/base.yaml").read_text("utf-8").replace("  except: [summer]\n", "")
    folder = write({"reports/base.yaml": base})
    (folder / "calendars.yaml").unlink()

    assert {} == load_catalogue(folder).calendars
