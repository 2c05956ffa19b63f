"""`distributor run`: exit codes, what is printed, and where."""

import json
import re
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest
from small_union import SmallUnion

Program = Callable[..., CompletedProcess[str]]
MAY = ("--period", "2026-05")


def test_run_prints_one_object(program: Program, union: SmallUnion) -> None:
    """With --json standard output is one JSON object, and progress goes to standard error."""
    done = program("run", "note", *MAY, "--config", str(union.config), "--json")

    summary = json.loads(done.stdout)
    assert (0, "closed", 8, []) == (done.returncode, summary["status"], summary["packs"], summary["failed"])
    assert {"sent": 6, "suppressed": 1} == summary["deliveries"]
    assert ["S3"] == summary["branches_with_nobody"]
    for stage in ("Reading the sources", "Checking the data", "Computing all figures", "Rendering packs", "8 packs"):
        assert stage in done.stderr


def test_run_says_what_happened(program: Program, union: SmallUnion) -> None:
    """Without --json people read what was made, what was sent, who was left out, and where it all is."""
    done = program("run", "note", *MAY, "--config", str(union.config))

    assert 0 == done.returncode
    for line in (
        r"note, 2026-05-01 to 2026-05-31",
        r"packs       8 for 8 branches in .* MB\)",
        r"deliveries  7 planned = 6 sent \+ 0 failed \+ 1 suppressed \+ 0 held \+ 0 unconfirmed\n",
        r"1 × no address for email",
        r"nobody      1 branch has no recipient: Fet",
        rf"outbox      {re.escape(str(union.outbox))}",
        r"run         note-2026-05-\d{8}T\d{12}",
    ):
        assert re.search(line, done.stdout), line


def test_branch_that_fails_is_named_and_the_exit_code_is_4(program: Program, union: SmallUnion) -> None:
    """Partly delivered is exit code 4; names with brackets are printed as they are."""
    breaks = 'sections:\n  - text: "{{ 1 / (branch|length - 11) }}"\n'
    union.edit("report_specs/reports/note.yaml", "sections:\n", breaks)

    done = program("run", "note", *MAY, "--config", str(union.config))

    assert 4 == done.returncode
    assert "failed      Øvre [nord] (../x): ZeroDivisionError: division by zero" in done.stdout
    assert "failed      Region Nord (N): ZeroDivisionError" in done.stdout
    assert "7 planned = 4 sent + 2 failed + 1 suppressed + 0 held + 0 unconfirmed" in done.stdout


def test_held_run_is_exit_code_1_with_the_rows(program: Program, union: SmallUnion) -> None:
    """A failed gate is told in words on standard error, and as an object to programs."""
    union.sql("insert into members select * from members where member_id = 7")

    done = program("run", "note", *MAY, "--config", str(union.config), "--json")

    told = json.loads(done.stdout)
    assert (1, 1) == (done.returncode, told["exit_code"])
    assert "The run is held, nothing was rendered or sent." in told["error"]
    assert "member_id 7" in done.stderr
    assert "Traceback" not in done.stderr


def test_fault_of_the_catalogue_is_exit_code_3(program: Program, union: SmallUnion) -> None:
    """A wrong spec stops everything, with its place."""
    union.edit("report_specs/reports/note.yaml", "tiles: [members", "tiles: [membres")

    done = program("run", "note", *MAY, "--config", str(union.config))

    assert (3, "") == (done.returncode, done.stdout)
    assert re.search(r'note\.yaml:\d+:\d+: .*"membres"', done.stderr)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nott",), 'there is no report "nott". Known: letter, note, post.'),
        (("note", "--branch", "Nowhere"), "Nowhere"),
        (("note", "--period", "2026-5"), "2026-05"),
        (("note", "--to", "nobody"), "--to: "),
        ((), "name a report to run, or a run to --resume"),
        (("note", "--resume", "x"), "name a report to run, or a run to --resume"),
        (("--resume", "x"), 'there is no run "x". The newest: none yet.'),
        (("--resume", "x", "--to", "a@b.example"), "leave out --period, --branch, --to, --out and"),
        (("--resume", "x", "--branch", "N1"), "leave out --period, --branch, --to, --out and"),
        (("--resume", "x", "--correct"), "--correct"),
        (("note", "--correct", *MAY), 'no run of "note" over 2026-05 has been sent'),
    ],
)
def test_mistakes_of_usage_are_exit_code_2(
    arguments: tuple[str, ...], sentence: str, program: Program, read_union: SmallUnion
) -> None:
    """What is not known is named, with what is; no stack trace, and nothing on standard output."""
    done = program("run", *arguments, "--config", str(read_union.config))

    assert (2, "") == (done.returncode, done.stdout)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_settings_are_exit_code_3(program: Program, union: SmallUnion) -> None:
    """Without config.toml the error says how to get one."""
    done = program("run", "note", "--config", str(union.folder / "none.toml"))

    assert 3 == done.returncode
    assert "distributor init" in done.stderr
