"""`distributor alerts`: what fires, its story, and what people say about it, as the shell sees them."""

import json
from typing import Any

import pytest
from small_union import SmallUnion
from told_union import RULES, ToldUnion

Program = Any


@pytest.fixture
def alerting(union: SmallUnion, program: Program) -> SmallUnion:
    """The union after an evaluation in which one branch fired and its leader was told."""
    ToldUnion(union=union).rules(RULES)
    done = program("alerts", "evaluate", "--as-of", "2026-06-02", "--config", str(union.config))
    assert 0 == done.returncode, done.stderr
    assert "told Arne Ask by email: 1 message, sent" in done.stdout
    assert "fired      warning   members_few  Ask (N1)" in done.stdout
    return union


def ask(program: Program, union: SmallUnion, *arguments: str) -> Any:
    return program("alerts", *arguments, "--config", str(union.config))


def asked(program: Program, union: SmallUnion, *arguments: str) -> Any:
    done = ask(program, union, *arguments, "--json")
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def incident_id(program: Program, union: SmallUnion) -> str:
    [one] = asked(program, union, "list")["incidents"]
    return str(one["id"])


def test_rehearsal_shows_whom_it_would_tell(union: SmallUnion, program: Program) -> None:
    """--dry-run names the reader, records nothing, and can be repeated."""
    ToldUnion(union=union).rules(RULES)
    for _ in range(2):
        done = ask(program, union, "evaluate", "--as-of", "2026-06-02", "--dry-run")

        assert "would tell Arne Ask by email: members_few, 1 incident (first_notification)" in done.stdout
    assert [] == asked(program, union, "list", "--all")["incidents"]
    assert [] == union.letters()


def test_list_names_places_beside_their_ids(alerting: SmallUnion, program: Program) -> None:
    """The table reads as people speak; filters that match nothing say so."""
    done = ask(program, alerting, "list")

    assert "Ask (N1)" in done.stdout
    assert "nothing fires" in ask(program, alerting, "list", "--entity", "Bø").stdout
    assert "members_few" in ask(program, alerting, "list", "--entity", "Ask", "--rule", "members_few").stdout
    unknown = ask(program, alerting, "list", "--rule", "churn")
    assert (2, True) == (unknown.returncode, "Known: members_few" in unknown.stderr)


def test_story_of_an_incident(alerting: SmallUnion, program: Program) -> None:
    """What changed, who was told and how that went, found by the beginning of its id."""
    whole = incident_id(program, alerting)
    done = ask(program, alerting, "show", whole[:5])
    plain = asked(program, alerting, "show", whole)

    assert 0 == done.returncode
    for words in ("Ask (N1)", "fired warning, by the data of 2026-05-31", "fired: Arne Ask by email, sent", "value"):
        assert words in done.stdout
    assert ["fired"] == [one["change"] for one in plain["transitions"]]
    assert [("ask", "sent")] == [(one["recipient_id"], one["status"]) for one in plain["notices"]]
    assert plain["figures"]["value"] == plain["figures"]["members"]
    missing = ask(program, alerting, "show", "zzz")
    assert (2, True) == (missing.returncode, 'no incident whose id begins with "zzz"' in missing.stderr)


def test_ack_is_recorded_with_who_and_why(alerting: SmallUnion, program: Program) -> None:
    """It shows in list and story; without a reason nothing is done."""
    one = incident_id(program, alerting)
    assert 2 == ask(program, alerting, "ack", one).returncode
    done = ask(program, alerting, "ack", one[:6], "--reason", "I call them", "--who", "kari")

    assert (0, True) == (done.returncode, "is acknowledged" in done.stdout)
    assert "acknowledged by kari" in ask(program, alerting, "list").stdout
    [ack] = asked(program, alerting, "show", one)["acks"]
    assert ("kari", "I call them") == (ack["author"], ack["reason"])


def test_late_ack_does_nothing(alerting: SmallUnion, program: Program) -> None:
    """What is over cannot be acknowledged or snoozed: exit code 5."""
    one = incident_id(program, alerting)
    ToldUnion(union=alerting).resize("N1", 40)
    ask(program, alerting, "evaluate", "--as-of", "2026-07-02")

    for verb in (("ack", one), ("snooze", one, "--until", "resolved")):
        done = ask(program, alerting, *verb, "--reason", "late")
        assert (5, True) == (done.returncode, "is over already" in done.stderr)
    assert "nothing fires" in ask(program, alerting, "list").stdout
    assert "retracted" in ask(program, alerting, "list", "--all").stdout
    assert "retracted" in ask(program, alerting, "history", "--days", "3650").stdout


def test_snooze_until_a_day_or_an_event(alerting: SmallUnion, program: Program) -> None:
    """A day that is past is refused; the last snooze counts."""
    one = incident_id(program, alerting)
    past = ask(program, alerting, "snooze", one, "--until", "2020-01-01", "--reason", "x")
    assert (2, True) == (past.returncode, "is not to come any more" in past.stderr)

    for until in ("2099-07-01", "next-data", "resolved"):
        assert 0 == ask(program, alerting, "snooze", one, "--until", until, "--reason", "holiday").returncode
    assert "snoozed" in ask(program, alerting, "list").stdout
    assert 3 == len(asked(program, alerting, "show", one)["snoozes"])


def test_silence_is_previewed_listed_and_ended(alerting: SmallUnion, program: Program) -> None:
    """It says what it hides; it is found by its id, and ended by it once."""
    done = ask(program, alerting, "silence", "--match", "region=N", "--days", "14", "--reason", "merger", "--yes")
    assert 0 == done.returncode, done.stderr
    assert "It hides 1 incident that fires now" in done.stdout
    assert "Ask (N1)" in done.stdout

    [silence] = asked(program, alerting, "silence", "--list")["silences"]
    assert (["region=N"], "merger") == (silence["matchers"], silence["reason"])
    assert "silenced" in ask(program, alerting, "list").stdout
    assert 0 == ask(program, alerting, "silence", "--expire", silence["silence_id"]).returncode
    assert 2 == ask(program, alerting, "silence", "--expire", silence["silence_id"]).returncode
    assert "nothing is silenced" in ask(program, alerting, "silence", "--list").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name what to --match"),
        (("--match", "region=N", "--reason", "x"), "say for how long"),
        (("--match", "region=N", "--days", "3"), "say why"),
        (("--match", "area=N", "--days", "3", "--reason", "x"), "label"),
        (("--match", "region=N", "--until", "2099-01-01", "--reason", "x"), "90 days"),
    ],
)
def test_silence_that_is_wrong_is_refused(
    alerting: SmallUnion, program: Program, arguments: tuple[str, ...], words: str
) -> None:
    """Each mistake has a sentence, and nothing is silenced."""
    done = ask(program, alerting, "silence", *arguments)

    assert done.returncode in (2, 3)
    assert words in done.stderr
    assert [] == asked(program, alerting, "silence", "--list")["silences"]
