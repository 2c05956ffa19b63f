"""`distributor runs`, `deliveries`, `resend`, `approve`, `reject` and `run --correct`."""

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from subprocess import CompletedProcess
from typing import Any

import pytest
from small_union import NOW, SmallUnion

from distributor.cli.outcome import print_books
from distributor.jobs.books import keep_books
from distributor.jobs.schedule import record_fire_times
from distributor.ledger.records import DeliveryStatus, RunStatus

Program = Callable[..., CompletedProcess[str]]


class Keyboard(io.StringIO):
    """A person who types these lines on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", Keyboard(text))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallUnion, str, str]:
    """A union with a run for everybody and a later test send, to be looked at only; the runs' ids."""
    from small_union import make_small_union

    union = make_small_union(tmp_path_factory.mktemp("told"))
    union.edit("report_specs/reports/note.yaml", "report: note",
               'report: note\nschedule: {on: third day of month, at: "07:00"}')  # fmt: skip
    record_fire_times(union.app())
    first = union.run("note").run.run_id
    second = union.run("note", now=NOW + timedelta(hours=1), test_address="check@proeve.example",
                       outbox=union.folder / "trial").run.run_id  # fmt: skip
    return union, first, second


def waiting(union: SmallUnion) -> str:
    union.edit("report_specs/reports/note.yaml", "report: note",
               "report: note\napproval: {when: always, sample: 3}")  # fmt: skip
    return union.run("note").run.run_id


def asked(program: Program, union: SmallUnion, *arguments: str) -> Any:
    return json.loads(program(*arguments, "--config", str(union.config), "--json").stdout)


# --- runs ---


def test_runs_are_listed_newest_first_with_their_books(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """Id, time in the organisation's zone, status and counts of each; and the next fire time of the schedule."""
    union, first, second = told

    done = program("runs", "--config", str(union.config))

    assert done.stdout.startswith(
        f"{second}\n  2026-06-02 09:00  closed  8 planned = 8 sent\n  test send to c***@proeve.example\n"
        f"{first}\n  2026-06-02 08:00  closed  7 planned = 6 sent + 1 suppressed\n"
    )
    assert re.search(r"Next \(Europe/Oslo\) .*\n2026-06-03 07:00 +note +2026-05 +expected", done.stdout)


def test_runs_as_json(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """One object: runs with all sides of the equation, and what comes."""
    union, first, second = told

    found = asked(program, union, "runs")

    books = {"planned": 7, "sent": 6, "failed": 0, "suppressed": 1, "held": 0, "unconfirmed": 0, "open": 0}
    assert [second, first] == [one["run"] for one in found["runs"]]
    assert (books, "closed", "2026-05") == tuple(found["runs"][1][name] for name in ("books", "status", "period"))
    assert "c***@proeve.example" == found["runs"][0]["test_address"]
    assert [("note", "2026-06-03T05:00:00+00:00", "expected")] == [
        (one["report"], one["fire_at"], one["status"]) for one in found["ahead"]
    ]


def test_runs_are_chosen_by_report_status_and_number(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """What is left out is counted; what there is none of is said."""
    union, _, _ = told
    config = ("--config", str(union.config))

    assert 1 == asked(program, union, "runs", "--limit", "1")["more"]
    assert "… and 1 more" in program("runs", "--limit", "1", *config).stdout
    assert [] == asked(program, union, "runs", "--status", "waiting")["runs"]
    assert "No run to show." in program("runs", "--report", "letter", *config).stdout
    assert 2 == len(asked(program, union, "runs", "--report", "note")["runs"])


def test_one_run_in_detail(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """What was made, the whole equation, who had nobody, when it began and ended, and the seconds of its stages."""
    union, first, _ = told

    done = program("runs", first, "--config", str(union.config))

    for line in (
        r"deliveries  7 planned = 6 sent \+ 0 failed \+ 1 suppressed \+ 0 held \+ 0 unconfirmed\n",
        r"1 × no address for email",
        r"nobody      1 branch has no recipient: Fet",
        r"status      closed",
        r"started     2026-06-02 08:00 \(Europe/Oslo\), by hand",
        r"stages      snapshot \d+\.\d s, gates .*render",
        rf"more        distributor deliveries --run {first}",
    ):
        assert re.search(line, done.stdout), line
    assert 0 == asked(program, union, "runs", first)["unaccounted"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("runs", "--report", "nott"), 'there is no report "nott". Known: letter, note, post.'),
        (("runs", "--status", "done"), '--status: "done" is not known. Allowed: running, held, waiting'),
        (("runs", "x"), 'there is no run "x". The newest: note-'),
        (("runs", "x", "--report", "note"), "a RUN is one alone"),
        (("deliveries", "--run", "x"), 'there is no run "x"'),
        (("deliveries", "--report", "letter"), 'there is no run of "letter" yet'),
        (("deliveries", "--branch", "Nowhere"), "Nowhere"),
        (("deliveries", "zzz"), 'there is no delivery "zzz"'),
        (("deliveries", "zzz", "--failed"), "a KEY is one delivery alone"),
        (("deliveries", "--run", "x", "--report", "note"), "a --run or a --report, not both"),
        (("resend",), "name a delivery by its KEY or a run with --run"),
        (("resend", "zzz", "--failed"), "a KEY is one alone"),
        (("resend", "zzz", "--why", "x"), 'there is no delivery "zzz"'),
        (("resend", "--run", "x", "--why", "x"), 'there is no run "x"'),
        (("approve", "x"), 'there is no run "x"'),
        (("reject", "x", "--reason", "x"), 'there is no run "x"'),
    ],
)
def test_mistakes_of_usage_are_exit_code_2(
    arguments: tuple[str, ...], sentence: str, program: Program, told: tuple[SmallUnion, str, str]
) -> None:
    """What is not known is named with what is; nothing on standard output, and no stack trace."""
    done = program(*arguments, "--config", str(told[0].config))

    assert (2, "") == (done.returncode, done.stdout)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_books_that_do_not_add_up_are_loud(capsys: pytest.CaptureFixture[str]) -> None:
    """A planned delivery that stands nowhere, and one that is open in a closed run, are told in capitals."""
    from distributor.cli.console import console

    sent = {DeliveryStatus.sent: 6}
    print_books(console(), keep_books(sent, status=RunStatus.closed, planned=7))
    print_books(console(), keep_books({**sent, DeliveryStatus.queued: 1}, status=RunStatus.closed))
    print_books(console(), keep_books({**sent, DeliveryStatus.queued: 1}, status=RunStatus.sending))

    out = capsys.readouterr().out
    assert 2 == out.count("THE BOOKS DO NOT ADD UP: 1 unaccounted for")
    assert "7 planned = 6 sent + 0 failed + 0 suppressed + 0 held + 0 unconfirmed + 1 open" in out


# --- deliveries ---


def test_deliveries_of_the_newest_run_of_a_report(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """By default the newest run's; in a pipe one line each, with masked addresses, the owner's letter last."""
    union, first, second = told

    newest = asked(program, union, "deliveries")
    lines = program("deliveries", "--run", first, "--config", str(union.config)).stdout.splitlines()

    assert (second, 8) == (newest["run"], newest["total"])
    assert f"{first}, 8 deliveries, times of Europe/Oslo" == lines[0]
    assert 10 == len(lines)
    [line] = [line for line in lines if "Øvre [nord]" in line]
    assert re.fullmatch(
        r"[0-9a-f]{8}  2026-06-02 08:00  Øvre \[nord\] +Ursula Upper, email a\*\*\*@upper\.proeve\.example  sent *",
        line,
    )
    [line] = [line for line in lines if "Erik Eng" in line]
    assert line.rstrip().endswith("suppressed, no address for email")
    assert "(to the owner)" in lines[-1]


def test_no_whole_address_is_shown(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """Neither text nor JSON holds an address, be it that of a test send, which is its recipient too."""
    union, first, second = told
    config = ("--config", str(union.config))
    printed = [
        program(*arguments, *config, *form).stdout
        for form in ((), ("--json",))
        for run in (first, second)
        for arguments in (("deliveries", "--run", run), ("deliveries", "--run", run, "--attempts"), ("runs", run))
    ]

    assert all(printed)
    whole = re.compile(r"[\w.-]{2,}@[\w.-]*proeve\.example")
    assert [] == [found for text in printed for found in whole.findall(text)]


def test_deliveries_are_chosen(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """By branch id or name, by recipient's id or part of a name, and by how they stand."""
    union, first, _ = told

    def found(*arguments: str) -> list[str]:
        listed = asked(program, union, "deliveries", "--run", first, *arguments)
        return [one["recipient"] for one in listed["deliveries"]]

    assert ["ask"] == found("--branch", "N1") == found("--branch", "ask") == found("--recipient", "arne")
    assert ["north"] == found("--recipient", "north")
    assert [] == found("--failed") == found("--held", "--unconfirmed")
    assert 2 == len(found("--limit", "2"))
    shown = program("deliveries", "--run", first, "--limit", "2", "--config", str(union.config)).stdout
    assert "… and 6 more; all of them with --limit 8, or choose with --branch." in shown


def test_one_delivery_by_the_beginning_of_its_key(program: Program, told: tuple[SmallUnion, str, str]) -> None:
    """Eight letters of the table name it; all its attempts are shown, with transport and content."""
    union, first, _ = told
    [one] = asked(program, union, "deliveries", "--run", first, "--branch", "N1")["deliveries"]

    listed = asked(program, union, "deliveries", one["key"][:8])
    text = program("deliveries", one["key"][:8], "--config", str(union.config)).stdout

    [shown] = listed["deliveries"]
    [attempt] = shown["attempts"]
    assert (one["key"], "sent", 1) == (shown["key"], attempt["status"], shown["tries"])
    assert f"{one['key']}  Ask: Arne Ask a***@proeve.example\n  email, html, nb; sent\n" in text
    assert f"content {attempt['content_hash'][:12]}" in text


def test_failed_deliveries_say_why(program: Program, union: SmallUnion) -> None:
    """The reason stands with each; a delivery that waits for another try is told with its time and what to do."""
    union.edit("config.toml", "[mail]", '[channels.email]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n[mail]')
    config = ("--config", str(union.config))

    done = program("run", "note", "--period", "2026-05", "--branch", "Ask", *config)
    run = asked(program, union, "runs")["runs"][0]["run"]
    listed = program("deliveries", *config).stdout

    assert 4 == done.returncode
    assert "1 planned = 0 sent + 0 failed + 0 suppressed + 0 held + 0 unconfirmed + 1 open" in done.stdout
    assert f"1 deferred: tried again by `distributor serve`, or at once with `distributor run --resume {run}`" in (
        done.stdout
    )
    assert re.search(r"deferred, again 20\d\d-\d\d-\d\d \d\d:\d\d, the mail server 127\.0\.0\.1:9 cannot be", listed)


# --- resend ---


def test_resend_tells_what_and_sends_at_once(program: Program, union: SmallUnion) -> None:
    """Scripts are taken at their word: what is sent again is named on standard error, the books follow."""
    run = union.run("note").run.run_id
    for path in union.letters():
        path.unlink()

    done = program(
        "resend", "--run", run, "--branch", "ask", "--why", "lost", "--who", "Kari", "--config", str(union.config)
    )

    assert (0, 1) == (done.returncode, len(union.letters()))
    assert f"1 delivery of run {run}\n  Ask: Arne Ask a***@proeve.example, email, sent\n" in done.stderr
    assert "7 planned = 6 sent" in done.stdout
    assert "again       1 of 1 sent" in done.stdout
    [entry] = union.app().ledger.audit(f"{run} N1")
    assert ("Kari", "lost") == (entry.who, entry.reason)


def test_resend_by_a_key_of_the_table(program: Program, union: SmallUnion) -> None:
    """The beginning of a key is enough; the object says how many were meant and sent."""
    run = union.run("note").run
    [key] = [one.key for one in union.app().ledger.deliveries(run.run_id) if one.branch_id == "N1"]

    told = asked(program, union, "resend", key[:8], "--why", "lost")

    assert (run.run_id, 1, 1) == (told["run"], told["meant"], told["sent"])


def test_resend_that_fails_again_is_exit_code_4(program: Program, union: SmallUnion) -> None:
    """Whoever sends again is told when it was in vain."""
    run = union.run("note").run.run_id
    union.edit("config.toml", "[mail]", '[channels.email]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n[mail]')

    done = program("resend", "--run", run, "--branch", "Ask", "--why", "x", "--config", str(union.config))

    assert 4 == done.returncode
    assert "again       0 of 1 sent" in done.stdout


def test_resend_asks_on_a_terminal(program: Program, union: SmallUnion, types: Callable[[str], None]) -> None:
    """Without --why and --yes a person is asked for both; a no changes nothing, a yes sends."""
    run = union.run("note").run.run_id
    arguments = ("resend", "--run", run, "--config", str(union.config))
    for path in union.letters():
        path.unlink()

    types("lost in the move\nn\n")
    refused = program(*arguments)
    types("lost in the move\ny\n")
    done = program(*arguments)

    assert (1, "") == (refused.returncode, refused.stdout.strip())
    assert "Send 6 deliveries again?" in refused.stderr
    assert "Nothing was changed or sent." in refused.stderr
    assert (0, 6) == (done.returncode, len(union.letters()))
    assert ["lost in the move"] == [one.reason for one in union.app().ledger.audit(run)]


def test_resend_needs_a_reason_from_a_script(program: Program, union: SmallUnion) -> None:
    """Where nobody can be asked, the option is named."""
    run = union.run("note").run.run_id

    done = program("resend", "--run", run, "--config", str(union.config))

    assert (2, True) == (done.returncode, "say why, for the record: --why TEXT" in done.stderr)


# --- approve and reject ---


def test_run_that_waits_is_as_it_should_be(program: Program, union: SmallUnion) -> None:
    """Exit code 0, and the summary says what it waits for and how to go on."""
    union.edit("report_specs/reports/note.yaml", "report: note", "report: note\napproval: {when: always}")

    done = program("run", "note", "--period", "2026-05", "--config", str(union.config))

    [run] = union.app().ledger.runs()
    assert 0 == done.returncode
    assert f"waits       for approval: distributor approve {run.run_id}\n" in done.stdout
    assert "7 planned = 0 sent + 0 failed + 1 suppressed + 6 held + 0 unconfirmed" in done.stdout
    assert "× the run waits" not in done.stdout
    assert [] == union.letters()


def test_approve_shows_the_sample_and_sends(program: Program, union: SmallUnion) -> None:
    """Why it waits and which packs to look at stand on standard error; then everything is sent."""
    run = waiting(union)

    done = program("approve", run, "--who", "Kari", "--reason", "fine", "--config", str(union.config))

    assert (0, 6) == (done.returncode, len(union.letters()))
    assert f"{run} waits for approval: 6 packs to 6 people" in done.stderr
    assert "because     its report is looked at every time" in done.stderr
    assert 3 == done.stderr.count("look at")
    assert "the files are in the letter to a***@proeve.example" in done.stderr
    assert "7 planned = 6 sent" in done.stdout
    assert "approval    approved by Kari" in program("runs", run, "--config", str(union.config)).stdout


def test_approve_asks_on_a_terminal(program: Program, union: SmallUnion, types: Callable[[str], None]) -> None:
    """A no leaves the run as it was; --yes asks nobody."""
    run = waiting(union)
    config = ("--config", str(union.config))

    types("n\n")
    refused = program("approve", run, *config)
    still = union.app().ledger.run(run).status
    types("")
    done = program("approve", run, "--yes", *config)

    assert (1, RunStatus.waiting, 0) == (refused.returncode, still, done.returncode)
    assert "Send 6 packs to 6 people?" in refused.stderr
    assert 6 == len(union.letters())


def test_reject_says_what_happens(program: Program, union: SmallUnion) -> None:
    """Nothing is sent, and the way to a new run is shown; a second decision is told of the first."""
    run = waiting(union)
    config = ("--config", str(union.config))

    done = program("reject", run, "--reason", "April is missing", "--who", "Kari", *config)
    again = program("approve", run, "--yes", *config)
    resumed = program("run", "--resume", run, *config)

    assert (0, []) == (done.returncode, union.letters())
    assert "6 × rejected by Kari: April is missing" in done.stdout
    assert "Nothing of this run is sent." in done.stdout
    assert "distributor run note --period 2026-05" in done.stdout
    assert (2, True) == (again.returncode, "it was rejected by Kari" in again.stderr)
    assert (1, True) == (resumed.returncode, "was rejected by Kari" in resumed.stderr)


# --- corrections ---


def test_correction_counts_changed_and_unchanged_packs(program: Program, union: SmallUnion) -> None:
    """The summary says how many packs changed and were sent, and how many did not; the first run names the second."""
    config = ("--config", str(union.config))
    may = ("--period", "2026-05")
    first = asked(program, union, "run", "note", *may)["run"]
    union.sql("delete from members where member_id = (select max(member_id) from members where branch_id = 'N1')")

    done = program("run", "note", *may, "--correct", *config)

    second = asked(program, union, "runs")["runs"][0]
    assert 0 == done.returncode
    assert f"correction  2 changed, 6 unchanged and not sent again\n              of run {first}\n" in done.stdout
    assert "7 planned = 2 sent + 0 failed + 5 suppressed" in done.stdout
    assert first == second["corrects"]
    assert [second["run"]] == asked(program, union, "runs", first)["corrected_by"]
    assert f"corrected   by run {second['run']}" in program("runs", first, *config).stdout


def test_long_lists_are_whole_in_the_detail(program: Program, union: SmallUnion) -> None:
    """After a run five vacant posts are named and the rest counted; one run in detail names them all."""
    step = "fallback: [region_leader of region]"
    union.edit("report_specs/audiences.yaml", "branch: own, levels: [local]", f"levels: [local], {step}")
    path = union.folder / "directory" / "roles.csv"
    lines = [line for line in path.read_text("utf-8").splitlines() if "branch_leader" not in line]
    path.write_text("\n".join(lines), "utf-8")
    config = ("--config", str(union.config))

    after = program("run", "note", "--period", "2026-05", *config).stdout
    detail = program("runs", union.app().ledger.runs()[0].run_id, *config).stdout

    assert (5, True) == (after.count("  vacant "), "and 1 more: distributor runs note-2026-05-" in after)
    assert (6, False) == (detail.count("  vacant "), " more: distributor runs" in detail)
