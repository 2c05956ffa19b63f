"""`distributor doctor`, `purge`, `subject` and `suppressions`: exit codes, and what people read."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest
from small_union import SmallUnion

Program = Callable[..., CompletedProcess[str]]


def test_doctor_says_that_all_is_well(program: Program, union: SmallUnion) -> None:
    """A line for each part, aligned, and the verdict at the end; exit code 0."""
    done = program("doctor", "--config", str(union.config))

    *_, verdict = lines = done.stdout.splitlines()
    assert (0, "All is well.") == (done.returncode, verdict)
    assert any(line.startswith("✓ source register  can be read") for line in lines)


def test_doctor_ends_with_what_is_wrong(program: Program, union: SmallUnion) -> None:
    """The fault stands last, marked, and the exit code is 1; programs get the same as one object."""
    union.edit("config.toml", "register.sqlite", "away.sqlite")

    done = program("doctor", "--config", str(union.config))
    told = json.loads(program("doctor", "--config", str(union.config), "--json").stdout)

    lines = done.stdout.splitlines()
    [marked] = [number for number, line in enumerate(lines) if line.startswith("✗ source register  /")]
    assert (1, "1 fault.") == (done.returncode, lines[-1])
    assert not any(line[0] in "✓·!" for line in lines[marked:])
    assert (False, False, "fault") == (told["ok"], told["strict"], told["findings"][-1]["level"])


def test_doctor_looks_at_the_runs_when_strict(program: Program, union: SmallUnion) -> None:
    """With --strict a schedule without a scheduler is a fault."""
    union.edit("report_specs/reports/note.yaml", "period:", "schedule: {on: every day, at: '07:00'}\nperiod:")

    lenient, strict = (program("doctor", "--config", str(union.config), *more) for more in ((), ("--strict",)))

    assert (0, 1) == (lenient.returncode, strict.returncode)
    assert "✗ scheduler" in strict.stdout
    assert "distributor serve" in strict.stdout


def test_purge_shows_before_it_does(program: Program, union: SmallUnion) -> None:
    """Without --yes nothing goes; with it what was shown is gone, and the size freed is told."""
    union.run("note")
    union.ledger_sql("update run set started_at = '2020-01-01 00:00:00.000000'")
    union.ledger_sql("update attempt set at = '2020-01-01 00:00:00.000000'")

    shown = program("purge", "--config", str(union.config))
    told = json.loads(program("purge", "--config", str(union.config), "--json").stdout)
    done = program("purge", "--config", str(union.config), "--yes")
    after = program("purge", "--config", str(union.config))

    assert "This would go; nothing has been changed yet:" in shown.stdout
    assert "snapshots and figures of runs that began before" in shown.stdout
    assert (False, True) == (told["done"], told["size_bytes"] > 0)
    assert {"run folders": 1} == {
        part["what"]: part["number"] for part in told["parts"] if part["what"] == "run folders"
    }
    assert ("Gone:" in done.stdout, "were freed." in done.stdout) == (True, True)
    assert after.stdout.startswith("Nothing is older than it may be kept.")


def test_subject_is_exported_and_erased(program: Program, union: SmallUnion) -> None:
    """The export is one object; erasing shows first, warns of the directory, and is done with --yes."""
    union.run("note")
    config = ("--config", str(union.config))

    exported = json.loads(program("subject", "export", "ask", *config).stdout)
    shown = program("subject", "erase", "ask", *config)
    done = program("subject", "erase", "ask", "--yes", "--why", "request 7", *config)
    again = json.loads(program("subject", "erase", "ask", *config, "--json").stdout)

    assert ("Arne Ask", 1) == (exported["recipient"]["name"], len(exported["deliveries"]))
    assert "This would be erased; nothing has been changed yet:" in shown.stdout
    assert "The directory still holds this recipient" in shown.stdout
    assert "Erased:" in done.stdout
    assert "made for a branch and name no recipient" in done.stdout
    assert (0, True, False) == (again["records"]["deliveries"], again["is_in_directory"], again["done"])


def test_suppressions_are_listed_added_and_lifted(program: Program, union: SmallUnion) -> None:
    """By hand with a reason; addresses are shown masked."""
    config = ("--config", str(union.config))

    none = program("suppressions", *config)
    added = program("suppressions", "--add", "dal", "--why", "asked by phone", *config)
    listed = program("suppressions", *config)
    told = json.loads(program("suppressions", "--json", *config).stdout)
    lifted = program("suppressions", "--lift", "dal", "--why", "asked again", *config)

    assert "No address is blocked.\n" == none.stdout
    assert "blocked: d***@proeve.example\n" == added.stdout
    assert ("Dorte Dal (dal)" in listed.stdout, "asked by phone" in listed.stdout) == (True, True)
    assert ["dal"] == told["suppressions"][0]["recipients"]
    assert "lifted: d***@proeve.example\n" == lifted.stdout
    assert "dorte@" not in listed.stdout + added.stdout + lifted.stdout + str(told)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--add", "dal"), "--why TEXT"),
        (("--add", "dal", "--lift", "ask", "--why", "x"), "one after the other"),
        (("--lift", "nobody", "--why", "x"), "neither a recipient"),
        (("--lift", "dal", "--why", "x", "--channel", "fax"), '"fax" is not known'),
    ],
)
def test_suppressions_refuse_what_is_not_said_in_full(
    program: Program, read_union: SmallUnion, options: tuple[str, ...], words: str
) -> None:
    """A missing reason, two things at once, somebody unknown: exit code 2 with a sentence."""
    done = program("suppressions", *options, "--config", str(read_union.config))

    assert (2, True) == (done.returncode, words in done.stderr)
