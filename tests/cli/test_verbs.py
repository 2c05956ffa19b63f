"""`distributor plan`, `preview`, `explain` and the parts of `demo`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import typer
from rich.table import Table
from small_union import SmallUnion

from distributor.bootstrap import make_application
from distributor.cli.console import console, print_table
from distributor.cli.demo import _RUNS, _organisation_folder, _what_next
from distributor.cli.explain import _number
from distributor.errors import SettingsError

Program = Callable[..., CompletedProcess[str]]
MAY = ("--period", "2026-05")
ROOT = Path(__file__).parents[2]
STEP = "region_leader of region"
LONG = "a-very-long-address-that-nobody-would-like-to-type@upper.proeve.example"


def test_plan_shows_whole_addresses_in_a_pipe(program: Program, read_union: SmallUnion) -> None:
    """Nothing is cut off, whatever the width of the terminal would be: addresses, odd names and reasons."""
    done = program("plan", "letter", *MAY, "--config", str(read_union.config))

    [line] = [line for line in done.stdout.splitlines() if LONG in line]
    assert 0 == done.returncode
    assert all(part in line for part in ("Øvre [nord]", "Ursula Upper", "email", "html, pdf, xlsx", "en"))
    assert "(no address for email)" in done.stdout
    assert "…" not in done.stdout


def test_plan_folds_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """On a narrow terminal a long cell goes on in the next line; no letter of it is lost."""
    out = console()
    out._force_terminal, out.width = True, 40  # a Console asks for its kind only once
    table = Table(box=None)
    table.add_column("Address", overflow="fold")
    table.add_column("Channel", overflow="fold")
    table.add_row(LONG, "email")

    print_table(out, table)

    printed = capsys.readouterr().out
    letters = re.sub(r"\x1b\[[0-9;]*m|\s|email|Channel|Address", "", printed)
    assert LONG.replace("email", "") == letters
    assert 40 >= max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in printed.splitlines())


def test_plan_counts_and_names_who_is_left_out(program: Program, read_union: SmallUnion) -> None:
    """The summary below the table: branches, deliveries, people, nobody, no address."""
    done = program("plan", "letter", *MAY, "--config", str(read_union.config))

    assert "8 branches, 7 deliveries to 7 people" in done.stdout
    assert re.search(r"with nobody +Fet \(S3\)", done.stdout)
    assert re.search(r"without address +Erik Eng \(email\)", done.stdout)


def test_plan_as_json(program: Program, read_union: SmallUnion) -> None:
    """The plan is one object, with every delivery and its reason if it has one."""
    done = program("plan", "letter", *MAY, "--config", str(read_union.config), "--json")

    planned = json.loads(done.stdout)
    by_branch = {one["branch"]: one for one in planned["deliveries"]}
    assert (LONG, "planned") == (by_branch["../x"]["address"], by_branch["../x"]["status"])
    assert ("suppressed", "no address for email") == (by_branch["S2"]["status"], by_branch["S2"]["reason"])
    assert ["S3"] == planned["branches_with_nobody"]


def test_plan_tells_who_stands_in(program: Program, union: SmallUnion) -> None:
    """A branch without a leader, and one whose leader has no address, go to the region's leader; the plan says so."""
    union.edit("report_specs/audiences.yaml", "branch: own, levels: [local]", f"levels: [local], fallback: [{STEP}]")
    arguments = ("plan", "letter", *MAY, "--config", str(union.config))

    done, planned = program(*arguments), json.loads(program(*arguments, "--json").stdout)

    vacant = r"vacant +Eng: no branch_leader can be reached; goes to (\w+ \w+) \(region_leader, Region Sør\)\n"
    assert re.search(
        rf"{vacant} +Fet: nobody is branch_leader; goes to \1 \(region_leader, Region Sør\)\n", done.stdout
    )
    assert "with nobody" not in done.stdout
    assert [] == planned["branches_with_nobody"]
    assert {
        "branch": "S3", "channel": "email", "vacant": ["branch_leader"], "why": "nobody is branch_leader",
        "fallback": STEP, "recipients": ["south"],
    } == planned["fallbacks"][1]  # fmt: skip


def test_plan_writes_nothing(program: Program, union: SmallUnion) -> None:
    """A plan is only looked at: no run in the ledger, no files, no outbox."""
    program("plan", "letter", *MAY, "--config", str(union.config))

    assert () == union.app().ledger.runs()
    assert ["ledger.sqlite"] == [path.name for path in (union.folder / "store").glob("*.sqlite")]
    assert not (union.folder / "store" / "runs").exists()
    assert not union.outbox.exists()


def test_plan_says_what_has_changed_since_the_last_run(program: Program, union: SmallUnion) -> None:
    """People who came, went, or have another address or wish are named, in text and JSON; a test send is no run."""
    config = ("--config", str(union.config))
    first = json.loads(program("run", "note", *MAY, *config, "--json").stdout)["run"]
    program("run", "note", *MAY, "--to", "check@proeve.example", *config)
    union.edit("directory/roles.csv", "dal,branch_leader,S1", "eng,branch_leader,S1")
    union.edit("directory/recipients.csv", "beate@proeve.example", "bo@other.example")
    union.ledger_sql(
        "insert into suppression (channel, address, reason, since_at, detail) "
        "values ('email', 'arne@proeve.example', 'bounced', '2026-06-03 00:00:00.000000', '')"
    )

    text, told = program("plan", "note", *config).stdout, json.loads(program("plan", "note", *config, "--json").stdout)

    assert f"Against the last run, {first}" in text
    for line in (
        r"not sent +Arne Ask \(email\): messages to the address came back too often",
        r"added +Dal: Erik Eng \(email\)",
        r"dropped +Dal: Dorte Dal \(email\)",
        r"changed +Ask: Arne Ask \(email\): status planned → suppressed \(messages to the address came back",
        r" +Bø: Beate Bø \(email\): address b\*\*\*@proeve.example → b\*\*\*@other.example",
    ):
        assert re.search(line, text), line
    changes = told["changes"]
    assert (first, [{"branch": "S1", "recipient": "eng", "channel": "email"}]) == (
        changes["last_run"], changes["added"]
    )  # fmt: skip
    assert ["dal"] == [one["recipient"] for one in changes["dropped"]]
    assert [["status"], ["address"]] == [[one["what"] for one in two["differences"]] for two in changes["changed"]]


def test_plan_of_one_branch_is_compared_for_that_branch(program: Program, union: SmallUnion) -> None:
    """With --branch the others are not told as dropped; without a run before there is nothing to compare with."""
    config = ("--config", str(union.config))
    before = json.loads(program("plan", "note", "--branch", "Ask", *config, "--json").stdout)["changes"]
    program("run", "note", *MAY, *config)

    done = program("plan", "note", "--branch", "Ask", *config)

    assert before is None
    assert re.search(r"Against the last run, note-\S+: the same deliveries\n", done.stdout)


def test_plan_shows_what_waits_for_a_channel(program: Program, union: SmallUnion) -> None:
    """Deliveries over a channel that is not set up are held, and the plan says so before anything is made."""
    path = union.folder / "directory" / "recipients.csv"
    heading, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{heading},slack", *(f"{line},#tall" for line in lines)]), "utf-8")

    done = program("plan", "post", *MAY, "--config", str(union.config))

    assert re.search(r"held +2 × the channel slack is not set up in config.toml", done.stdout)


def test_preview_writes_files_with_pictures_in_the_page(program: Program, union: SmallUnion, tmp_path: Path) -> None:
    """The page holds its pictures, so that any browser shows it; nothing else stays, and nothing is recorded."""
    folder = tmp_path / "look"
    done = program(
        "preview", "letter", *MAY, "--branch", "ask", "--language", "da", "--config", str(union.config),
        "--out", str(folder), "--json",
    )  # fmt: skip

    told = json.loads(done.stdout)
    page = (folder / "pack.html").read_text("utf-8")
    assert (0, "Tal for Ask, maj 2026") == (done.returncode, told["title"])
    files = sorted(path.name for path in folder.iterdir())
    assert ["pack.html", "pack.pdf", "pack.txt", "pack.xlsx", "slack.json", "sms.txt"] == files
    assert (0, 1) == (page.count("cid:"), page.count('src="data:image/png;base64,'))
    assert b"%PDF-" == (folder / "pack.pdf").read_bytes()[:5]
    assert str(folder / "pack.html") == told["page"]
    assert not (union.folder / "store" / "runs").exists()
    assert [] == union.letters()


def test_preview_without_folder_leaves_no_members_behind(program: Program, union: SmallUnion) -> None:
    """Without --out the files lie in the store, and the figures of all branches are gone."""
    done = program("preview", "note", *MAY, "--branch", "Fet", "--config", str(union.config))

    title, *files = done.stdout.splitlines()
    assert "Notat Fet, mai 2026" == title
    assert all(Path(name.strip()).is_file() for name in files)
    assert [] == list(union.folder.rglob("*.arrow"))
    assert [] == list(union.folder.rglob(".figures-*"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--branch", "Nowhere"), "Nowhere"),
        (("--branch", "Ask", "--language", "sv"), '--language: "sv" is not supported. Known: nb, da, en.'),
    ],
)
def test_preview_refuses_what_is_unknown(
    arguments: tuple[str, ...], sentence: str, program: Program, read_union: SmallUnion
) -> None:
    """A branch or language that is not there is a mistake of usage."""
    done = program("preview", "note", *MAY, *arguments, "--config", str(read_union.config))

    assert (2, True) == (done.returncode, sentence in done.stderr)


@pytest.mark.parametrize(
    ("branch", "metric", "value", "before"),
    [("Ask", "members", 21, 14), ("N", "joiners", 6, 9), ("N2", "joiners", 2, 3)],
)
def test_explained_figure_is_the_packs(
    branch: str, metric: str, value: int, before: int, program: Program, union: SmallUnion, tmp_path: Path
) -> None:
    """Explain derives the figure that the pack prints, from the snapshot of the run that printed it."""
    arguments = (*MAY, "--branch", branch, "--config", str(union.config))
    run = json.loads(program("run", "note", *arguments, "--json").stdout)
    union.sql("delete from members")  # the sources have changed since
    pack = next(iter(union.app().ledger.packs(run["run"]).values()))
    [ref] = [ref for ref in pack.artifacts if ref.name == "pack.txt"]
    text = union.app().store.fetch(ref, branch_id=pack.branch_id).content.decode()

    found = json.loads(program("explain", "note", *arguments, "--metric", metric, "--json").stdout)

    words = {"members": "Medlemmer", "joiners": "Innmeldte"}
    figures = {figure["label"]: figure for figure in found["figures"]}
    assert (run["run"], value, before) == (
        found["run_id"], figures["this period"]["value"], figures["last year"]["value"]
    )  # fmt: skip
    assert re.search(rf"^{words[metric]}.*: {value}$", text, re.MULTILINE)
    assert figures["this period"]["parts"][0]["rows"] == value


def test_explained_share_shows_both_sides(program: Program, read_union: SmallUnion) -> None:
    """A quotient is told with numerator, denominator, their rows and SQL; without a run it says where it was read."""
    arguments = ("letter", *MAY, "--branch", "Ask", "--metric", "part_time_share", "--config", str(read_union.config))

    done = program("explain", *arguments, "--sql")

    assert 0 == done.returncode
    assert "part_timers / members" in done.stdout
    assert re.search(r"part_timers +10 +10 rows of memberships", done.stdout)
    assert re.search(r"members +21 +21 rows of memberships", done.stdout)
    assert "read from the sources just now" in done.stdout
    assert "select member_id, branch_id" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--branch", "Ask", "--metric", "membres"), 'there is no metric "membres". Known: joiners, '),
        (("--branch", "Ask", "--metric", "members", "--run", "x"), 'there is no run "x"'),
    ],
)
def test_explain_refuses_what_is_unknown(
    arguments: tuple[str, ...], sentence: str, program: Program, read_union: SmallUnion
) -> None:
    """A metric or run that is not there is a mistake of usage."""
    done = program("explain", "note", *MAY, *arguments, "--config", str(read_union.config))

    assert (2, True) == (done.returncode, sentence in done.stderr)


def test_explain_refuses_the_run_of_another_report(program: Program, union: SmallUnion) -> None:
    """A run named together with another report or period is told, not silently taken for this one's."""
    config = ("--config", str(union.config))
    run = json.loads(program("run", "note", *MAY, "--branch", "Ask", *config, "--json").stdout)["run"]
    asked = ("--branch", "Ask", "--metric", "members", "--run", run, *config)

    other_report = program("explain", "letter", *asked)
    other_period = program("explain", "note", "--period", "2026-04", *asked)

    assert (2, 2) == (other_report.returncode, other_period.returncode)
    assert 'is of the report "note", not of "letter"' in other_report.stderr
    assert "covers 2026-05, not 2026-04" in other_period.stderr


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (21, "21"),
        (1_234_567, "1,234,567"),
        (0.123456789, "0.123457"),
        (12_345.678, "12,345.68"),
    ],
)
def test_numbers_are_exact_enough(value: float | None, shown: str) -> None:
    """Large whole numbers print whole."""
    assert shown == _number(value, "–")


def test_demo_is_of_reports_that_are_shipped() -> None:
    """The demo runs reports of the shipped catalogue, and what it suggests are commands that parse."""
    from distributor.cli import make_app

    app = make_application(ROOT / "config.toml")
    group = typer.main.get_command(make_app())
    suggested = [line.split() for line in _what_next_lines() if line.strip().startswith("distributor")]

    assert set() == {report for report, _ in _RUNS} - set(app.catalogue.reports)
    assert ROOT / "demo" / "organisation" == _organisation_folder(app)
    assert {"plan", "preview", "explain", "run", "runs", "deliveries", "init"} == {words[1] for words in suggested}
    for _, verb, *arguments in suggested:
        arguments = arguments[: arguments.index("#")] if "#" in arguments else arguments
        group.commands[verb].make_context(verb, list(arguments))  # type: ignore[attr-defined]


def _what_next_lines() -> tuple[str, ...]:
    from types import SimpleNamespace

    app = make_application(ROOT / "config.toml")
    return _what_next(app, SimpleNamespace(run=SimpleNamespace(outbox="out")))  # type: ignore[arg-type]


def test_demo_needs_files_of_its_own(union: SmallUnion) -> None:
    """Where the register of branches is in a database, the demo says that it cannot write there."""
    config = union.config.read_text("utf-8").replace(
        'kind = "csv"\npath = "directory"',
        'kind = "sql"\nsource = "register"\nbranches = "select 1"\nrecipients = "select 1"\nroles = "select 1"',
    )
    union.config.write_text(config, "utf-8")

    with pytest.raises(SettingsError, match="the demo needs csv"):
        _organisation_folder(make_application(union.config))
