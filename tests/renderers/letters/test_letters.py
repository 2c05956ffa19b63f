"""Letters to the owner of a report: what each says, in three languages, as text and as HTML."""

import html as markup
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from occasions import occasions

from renderers.language import LANGUAGES, formatter
from renderers.letters import render_letter
from renderers.letters.models import AddressSuppressed, FailedPack, Head, Outcome, RunClosed

RUN = "monthly_branch_pack-2026-05-20260603T050000000000"
NAMES = tuple(occasions())


def flat(text: str) -> str:
    return " ".join(text.split())


def seen(html: str) -> str:
    """Return what a reader of the HTML sees, as one line."""
    body = re.sub(r"<style.*?</style>|<!--.*?-->", " ", html[html.index("<body") :], flags=re.S)
    return flat(markup.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_letter_says_the_same_in_text_and_html(letters: dict[str, Any], name: str, language: str) -> None:
    """Every word of the plain text, bar its rules and links, is in the HTML as well; no word is left to be filled."""
    letter = render_letter(letters[name], language)

    words = set(re.findall(r"[\w./+<%*@-]*\w[\w./+<%*@-]*", re.sub(r"https://\S+", "", letter.text)))
    assert set() == words - set(re.findall(r"[\w./+<%*@-]*\w[\w./+<%*@-]*", seen(letter.html)))
    assert "{" not in letter.subject + letter.text
    assert f'<html lang="{language}">' in letter.html


@pytest.mark.parametrize(
    ("name", "language", "subject"),
    [
        ("clean", "nb", "monthly_branch_pack, mai 2026: alt er sendt"),
        ("clean", "da", "monthly_branch_pack, mai 2026: alt er sendt"),
        ("clean", "en", "monthly_branch_pack, mai 2026: everything is sent"),
        ("troubled", "nb", "monthly_branch_pack, mai 2026: 23 av 1 328 forsendelser må ses på"),
        ("troubled", "en", "monthly_branch_pack, mai 2026: 23 of 1,328 deliveries need attention"),
        ("test", "da", "Test: Rettelse: monthly_branch_pack, mai 2026: alt er sendt"),
        ("held", "nb", "monthly_branch_pack, mai 2026: holdt tilbake, ingenting er sendt"),
        ("approval", "da", "monthly_branch_pack, mai 2026: 252 pakker venter på godkendelse"),
        ("suppressed", "nb", "monthly_branch_pack, mai 2026: Kari Holm får ikke lenger pakkene"),
        ("missed", "en", "monthly_branch_pack, mai 2026: the run never began"),
    ],
)
def test_subject_says_what_happened(letters: dict[str, Any], name: str, language: str, subject: str) -> None:
    """An owner who reads only the subject knows whether to open the letter."""
    assert subject == render_letter(letters[name], language).subject


@pytest.mark.parametrize(
    ("language", "equation"),
    [
        ("nb", "1 328 planlagt = 1 303 sendt + 20 mislyktes + 2 sperret + 2 holdt tilbake + 1 ubekreftet"),
        ("da", "1.328 planlagt = 1.303 sendt + 20 mislykkedes + 2 spærret + 2 holdt tilbage + 1 ubekræftet"),
        ("en", "1,328 planned = 1,303 sent + 20 failed + 2 suppressed + 2 held + 1 unconfirmed"),
    ],
)
def test_close_out_gives_account_of_every_delivery(letters: dict[str, Any], language: str, equation: str) -> None:
    """Planned is the sum of the outcomes, in words."""
    assert equation in flat(render_letter(letters["troubled"], language).text)


def test_close_out_says_so_when_the_account_does_not_add_up(letters: dict[str, Any]) -> None:
    """A planned delivery without outcome is never passed over."""
    letter = render_letter(replace(letters["clean"], planned=331), "en")

    assert "! The account does not add up: 331 deliveries were planned, 328 are accounted for." in flat(letter.text)
    assert letter.subject.endswith("3 of 331 deliveries need attention")


def test_close_out_groups_failures_by_reason(letters: dict[str, Any]) -> None:
    """The most frequent reason stands first; ten branches are named and the others counted."""
    text = flat(render_letter(letters["troubled"], "en").text)

    first = "- 17 × 550 5.1.1: there is no such mailbox Avdeling 1, "
    assert first in text
    assert "Avdeling 10 +7 more - 2 × the mailbox is full (452 4.2.2) Rana, Voss" in text
    assert "Avdeling 11" not in text


def test_close_out_tells_what_else_an_owner_must_know(letters: dict[str, Any]) -> None:
    """Branches without recipient, vacancies, failed packs, remarks of checks, and where the time went."""
    text = seen(render_letter(letters["troubled"], "en").html)

    for fact in (
        "2 branches have no recipient Stord, Ørsta",
        "Leder of Alta: the pack went to Kari Holm, leder i Nord",
        "Moss the process that rendered this pack died twice",
        "Medlemskap: some rows belong to an unknown branch memberships: 3 rows are of 1 branch",
        "What took longest was making the packs: 50 min 20 s.",
        "From start to end 1 h 4 min",
        f"distributor deliveries --run {RUN} --failed",
        f"distributor resend --run {RUN} --failed",
    ):
        assert fact in text, fact


def test_close_out_of_a_disaster_is_still_read(letters: dict[str, Any]) -> None:
    """Of hundreds of packs that failed, ten are named and the others counted."""
    packs = tuple(FailedPack(branch=f"Branch {number}", reason="no room on the disk") for number in range(300))
    letter = render_letter(replace(letters["troubled"], failed_packs=packs), "en")

    assert 10 == letter.text.count("no room on the disk")
    assert "- +290 more" in letter.text


def test_close_out_that_waits_asks_for_nothing(letters: dict[str, Any]) -> None:
    """Deliveries that are tried again by themselves are told of, and need nobody."""
    letter = render_letter(replace(letters["clean"], counts={Outcome.sent: 320, Outcome.waiting: 8}), "en")

    assert letter.subject.endswith("8 of 328 deliveries are not finished")
    assert "For your information" in letter.text


def test_close_out_is_short_when_all_went_well(letters: dict[str, Any]) -> None:
    """A clean run is told in a few lines, and asks nothing of its owner."""
    letter = render_letter(letters["clean"], "en")

    assert len(letter.text.splitlines()) <= 18
    assert "Action needed" not in letter.text
    assert "distributor " not in letter.text
    assert 2 == letter.html.count('class="gap"')  # one card


def test_link_takes_the_place_of_commands(letters: dict[str, Any]) -> None:
    """Where the portal has a page of the run, the letter links to it."""
    head = replace(letters["troubled"].head, run_url="https://reports.union.example/runs/1?a=1&b=2")
    letter = render_letter(replace(letters["troubled"], head=head), "en")

    assert "https://reports.union.example/runs/1?a=1&b=2" in letter.text
    assert 'href="https://reports.union.example/runs/1?a=1&amp;b=2"' in letter.html
    assert "distributor resend" not in letter.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "The data are read again until 5 June 2026 at 07:00. If they are in order by then, the packs go out"),
        ({}, "If not, they go out all the same, with a notice at the top that says what is wrong."),
        ({"after": "stays_held"}, "If not, the run stays held, and nothing is sent."),
        ({"deadline_at": None}, "The run stays held until somebody does something."),
        ({"deadline_at": None}, "Then run the report again: distributor run monthly_branch_pack --period 2026-05"),
    ],
)
def test_held_run_tells_what_happens_next(letters: dict[str, Any], change: dict[str, Any], sentence: str) -> None:
    """The letter follows the report's rule for data that do not come."""
    text = flat(render_letter(replace(letters["held"], **change), "en").text)

    assert sentence in text
    assert "- Medlemskap: not up to date for the whole period memberships: the newest joined_on is 2026-04-02" in text


def test_approval_names_reasons_packs_and_answers(letters: dict[str, Any]) -> None:
    """Why it waits, which packs to look at and why those, until when, and the two commands."""
    text = flat(render_letter(letters["approval"], "nb").text)

    for fact in (
        "mer enn 30 % siden forrige periode",
        "Innmeldte: fra 1 204 til 1 890 (+57 % mot forrige periode)",
        "431 mottakere står klare",
        "- Oslo den største; vedlagt: Medlemstall for Oslo mai 2026.pdf",
        "- Nord-Fron den med størst endring",
        "Svar innen 4. juni 2026 kl. 07:00. Uten svar sendes ingenting.",
        f"distributor approve {RUN}",
        f"distributor reject {RUN}",
    ):
        assert fact in text, fact


def test_one_is_not_many(letters: dict[str, Any]) -> None:
    """A single pack, recipient, branch or message has its own form."""
    approval = render_letter(replace(letters["approval"], packs=1, recipients=1), "en")
    closed = render_letter(replace(letters["clean"], packs=1, nobody=("Stord",)), "nb")
    bounced = render_letter(replace(letters["suppressed"], bounces=1), "da")

    assert approval.subject.endswith("one pack waits for approval")
    assert "One recipient is due to get it." in approval.text
    assert "Én pakke er laget på" in closed.text
    assert "Én avdeling har ingen mottaker" in closed.text
    assert "En besked til k***@union.example kom retur" in flat(bounced.text)


def test_full_address_is_refused(letters: dict[str, Any]) -> None:
    """A letter never carries an address that is not masked."""
    suppressed: AddressSuppressed = letters["suppressed"]

    with pytest.raises(ValueError, match="masked"):
        replace(suppressed, address="kari@union.example")
    assert "kari@" not in render_letter(suppressed, "nb").html


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("failed", [f"distributor run --resume {RUN}"]),
        ("missed", ["distributor doctor", "distributor run monthly_branch_pack --period 2026-05"]),
        ("silent", ["distributor doctor", f"distributor run --resume {RUN}"]),
    ],
)
def test_missed_run_tells_how_to_go_on(letters: dict[str, Any], name: str, commands: list[str]) -> None:
    """A run that stopped is resumed; one that never began is run by hand."""
    text = render_letter(letters[name], "en").text

    assert commands == [line.strip() for line in text.splitlines() if line.startswith("    ")]


def test_markup_in_names_is_text(letters: dict[str, Any]) -> None:
    """A branch or a reason that looks like HTML is printed as it is called."""
    letter = render_letter(replace(letters["clean"], nobody=("<b>&Co</b>",)), "en")

    assert "<b>" not in letter.html
    assert "&lt;b&gt;&amp;Co&lt;/b&gt;" in letter.html
    assert "<b>&Co</b>" in letter.text


def test_times_are_of_the_owner_s_zone(letters: dict[str, Any]) -> None:
    """An instant is printed as the clock of the letter's zone shows it."""
    held = letters["held"]
    utc = replace(held, head=replace(held.head, zone=UTC))

    assert "5. juni 2026 kl. 07:00" in flat(render_letter(held, "nb").text)
    assert "5. juni 2026 kl. 05:00" in flat(render_letter(utc, "nb").text)


@pytest.mark.parametrize(
    ("seconds", "nb", "en"),
    [
        (0, "0,0 s", "0.0 s"),
        (4.24, "4,2 s", "4.2 s"),
        (9.96, "10 s", "10 s"),
        (59.6, "1 min 0 s", "1 min 0 s"),
        (252, "4 min 12 s", "4 min 12 s"),
        (3600, "1 t 0 min", "1 h 0 min"),
        (100 * 3600 + 59, "100 t 0 min", "100 h 0 min"),
    ],
)
def test_duration_in_two_units(seconds: float, nb: str, en: str) -> None:
    """Tenths below ten seconds, then whole seconds, minutes, hours."""
    length = timedelta(seconds=seconds)

    assert (nb, en) == (flat(formatter("nb").duration(length)), flat(formatter("en").duration(length)))


@given(counts=st.dictionaries(st.sampled_from(list(Outcome)), st.integers(0, 10_000)), packs=st.integers(0, 99))
def test_any_account_can_be_written(counts: dict[Outcome, int], packs: int) -> None:
    """Whatever the outcomes, the letter names each that occurred, and asks for action unless all is sent."""
    started_at = datetime(2026, 6, 3, 5, tzinfo=UTC)
    head = Head(organisation="O", report="r", period="p", period_name="2026-05", run_id="run-1")
    run = RunClosed(
        head=head,
        planned=sum(counts.values()),
        counts=counts,
        packs=packs,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=1),
    )
    letter = render_letter(run, "en")

    said = flat(letter.text)
    for outcome, number in counts.items():
        assert not number or f"{number:,} {outcome}" in said
    needs_action = any(counts.get(one) for one in (Outcome.failed, Outcome.held, Outcome.unconfirmed))
    assert needs_action == ("Action needed" in letter.text)


def test_complaint_is_told_as_one(letters: dict[str, Any]) -> None:
    """An address whose reader complained did not come back: the letter says so, and asks for no new address."""
    complained = replace(letters["suppressed"], bounces=0, reason="", command="distributor suppressions --lift kari")

    text = flat(render_letter(complained, "da").text)

    assert "En besked til k***@union.example blev meldt som uønsket" in text
    assert "Vil Kari Holm alligevel have pakkerne, ophæver du spærringen: distributor suppressions --lift kari" in text
    assert [] == [word for word in ("retur", "Svaret var", "rigtige adresse") if word in text]
