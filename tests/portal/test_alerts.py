"""The page of an incident: what it shows, and what answers do."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from small_union import NOW, SmallUnion
from starlette.testclient import TestClient
from told_incidents import ASK, BOE, page_of, resolve, tell_of_incidents
from vendors import LINK_SECRET

from distributor.clock import FrozenClock
from distributor.jobs.application import Application
from distributor.portal import Served, make_portal

Open = Callable[..., TestClient]


@pytest.fixture
def app(connected: SmallUnion) -> Application:
    app = connected.app()
    tell_of_incidents(app)
    return app


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    served = Served(app=lambda: app, troubles=dict, circuits=dict, take_bounce=len, take_click=bool)
    with TestClient(make_portal(served)) as client:
        yield client


def queued(app: Application) -> list[int]:
    return [one.position for one in app.ledger.steps((ASK,)) if one.is_queued]


def test_page_tells_what_is_known_and_changes_nothing(client: TestClient, app: Application) -> None:
    """A mail scanner that follows the link acknowledges nothing; a person reads place, deviation and since when."""
    page = client.get(page_of(ASK, "north", LINK_SECRET))

    assert 200 == page.status_code
    for text in (
        '<html lang="nb">', "<h1>Ask: Innmeldte</h1>", "Kritisk", "12 færre enn ventet", "april 2026", "31. mai 2026",
        "Pågår, ingen har kvittert", "Kvitter: jeg ser på det", 'value="next_data" checked',
        'min="2026-06-03" max="2026-08-31"',
    ):  # fmt: skip
        assert text in page.text
    assert ((), (), [1, 2]) == (app.ledger.acks((ASK,)), app.ledger.snoozes((ASK,)), queued(app))


@pytest.mark.parametrize(
    ("recipient", "words"),
    [("ask", "Kvitter: jeg ser på det"), ("south", "Kvittér: jeg ser på det")],
    ids=["nb", "da"],
)
def test_page_is_in_the_language_of_its_reader(client: TestClient, recipient: str, words: str) -> None:
    """Each reader gets their own language."""
    incident = ASK if recipient == "ask" else "inc3-e1"

    assert words in client.get(page_of(incident, recipient, LINK_SECRET)).text


def test_page_lists_what_else_its_reader_was_told(client: TestClient) -> None:
    """Behind a text message that counts others, they are listed, each with a page of its own; and nobody else's."""
    page = client.get(page_of(ASK, "north", LINK_SECRET)).text

    assert page_of(BOE, "north", LINK_SECRET).removeprefix("/a/") in page
    assert "Bø: Innmeldte" in page
    assert "Dal: Innmeldte" not in page
    assert "Bø: Innmeldte" not in client.get(page_of(ASK, "ask", LINK_SECRET)).text


def test_page_lists_what_has_ended_lately_as_such(client: TestClient, app: Application) -> None:
    """A text message may count an end as well: it is listed, last and marked."""
    resolve(app, 2)

    assert "Bø: Innmeldte (avsluttet)" in client.get(page_of(ASK, "north", LINK_SECRET)).text


def test_acknowledging_stops_the_escalation(client: TestClient, app: Application) -> None:
    """The first answer counts: queued steps are cancelled, the page names who; a second one is told so."""
    first = client.post(page_of(ASK, "ask", LINK_SECRET), data={"act": "acknowledge"})
    second = client.post(page_of(ASK, "north", LINK_SECRET), data={"act": "acknowledge"})

    assert "Kvittert: du ser på det." in first.text
    assert "Arne Ask ser på det siden 2. juni 2026 kl. 08:00" in second.text
    assert "Noen har allerede kvittert." in second.text
    assert (["ask"], []) == ([one.author for one in app.ledger.acks((ASK,))], queued(app))


@pytest.mark.parametrize(
    ("form", "until", "words"),
    [
        ({"until": "next_data"}, ("next_data", None), "Utsatt til det kommer nye data"),
        ({"until": "resolved"}, ("resolved", None), "Utsatt til det er avsluttet"),
        ({"until": "7d"}, ("date", NOW + timedelta(days=7)), "Utsatt til 9. juni 2026 kl. 08:00"),
        (
            {"until": "date", "on": "2026-06-15"}, ("date", NOW.replace(day=14, hour=22)),
            "Utsatt til 15. juni 2026 kl. 00:00",
        ),
    ],
    ids=["next data", "resolved", "7 days", "date"],
)  # fmt: skip
def test_snoozing_until_something_comes(
    client: TestClient, app: Application, form: dict[str, str], until: tuple[str, object], words: str
) -> None:
    """Until new data, until it is resolved, for a week or until a day in the organisation's time."""
    page = client.post(page_of(ASK, "north", LINK_SECRET), data={"act": "snooze", **form})

    [snooze] = app.ledger.snoozes((ASK,))
    assert (*until, []) == (snooze.until, snooze.expires_at, queued(app))
    assert words in page.text


@pytest.mark.parametrize("on", ["", "2026-06-02", "2026-09-30", "soon", "2026-02-30"])
def test_day_that_cannot_be_is_told(client: TestClient, app: Application, on: str) -> None:
    """No day, today, one that is too far or none of the calendar: nothing is snoozed, and the page says what may be."""
    page = client.post(page_of(ASK, "north", LINK_SECRET), data={"act": "snooze", "until": "date", "on": on})

    assert "Velg en dag fra i morgen og inntil 90 dager fram." in page.text
    assert () == app.ledger.snoozes((ASK,))


def test_not_useful_is_noted_once_each(client: TestClient, app: Application) -> None:
    """A reader's word with its reason; the first one stands."""
    data = {"act": "not_useful", "reason": " sammenslåing "}
    first, second = (client.post(page_of(ASK, "ask", LINK_SECRET), data=data) for _ in range(2))

    assert ("Takk, det er notert." in first.text, "Det var notert fra før." in second.text) == (True, True)
    assert [("ask", "sammenslåing")] == [(one.recipient_id, one.reason) for one in app.ledger.verdicts((ASK,))]


def test_answer_after_the_end_is_told_so(client: TestClient, app: Application) -> None:
    """Resolve beats a late answer: nothing is recorded, and the page offers none."""
    resolve(app)

    page = client.post(page_of(ASK, "ask", LINK_SECRET), data={"act": "acknowledge"})

    assert "Varselet er allerede avsluttet." in page.text
    assert "Avsluttet 2. juni 2026" in page.text
    assert ((), False) == (app.ledger.acks((ASK,)), "Kvitter: jeg ser på det" in page.text)


def test_permission_is_asked_when_the_answer_comes(client: TestClient, app: Application, connected: SmallUnion) -> None:
    """Who was not told may look and not answer; a role for the whole organisation lets them; who has left may not."""
    assert "fordi det ikke er sendt til deg" in client.post(page_of(ASK, "boe", LINK_SECRET), data={"act": "acknowledge"}).text  # fmt: skip  # noqa: E501
    assert "Kvitter: jeg ser på det" not in client.get(page_of(ASK, "boe", LINK_SECRET)).text
    assert () == app.ledger.acks((ASK,))
    with (connected.folder / "directory" / "roles.csv").open("a", encoding="utf-8") as file:
        file.write("boe,analyst,00\r\n")
    for path in (connected.folder / "directory" / name for name in ("recipients.csv", "roles.csv")):
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(one for one in lines if not one.startswith("ask,")), "utf-8")

    assert "Kvittert" in client.post(page_of(ASK, "boe", LINK_SECRET), data={"act": "acknowledge"}).text
    assert 404 == client.post(page_of(ASK, "ask", LINK_SECRET), data={"act": "acknowledge"}).status_code
    assert ["boe"] == [one.author for one in app.ledger.acks((ASK,))]


def test_forged_old_and_unknown_links_open_nothing(client: TestClient, app: Application) -> None:
    """A changed token, one older than thirty days, an incident that is gone: a page that says what to do."""
    assert isinstance(app.clock, FrozenClock)
    old = page_of(ASK, "north", LINK_SECRET, now=NOW - timedelta(days=31))
    for page in (page_of("gone-e1", "north", LINK_SECRET), f"{page_of(ASK, 'north', LINK_SECRET)}x", old, "/a/x"):
        for answer in (client.get(page), client.post(page, data={"act": "acknowledge"})):
            assert (404, True) == (answer.status_code, "Lenken virker ikke" in answer.text)
    assert () == app.ledger.acks((ASK,))


def test_large_and_unreadable_forms_are_refused(client: TestClient) -> None:
    """More than a form can hold is not read, and what is no form neither."""
    page = page_of(ASK, "north", LINK_SECRET)

    assert 413 == client.post(page, content=b"a=" + b"x" * 10_000).status_code
    assert 400 == client.post(page, content=b"\xff\xfe").status_code
    assert 200 == client.post(page, content=b"").status_code


def test_page_loads_nothing_and_is_kept_nowhere(client: TestClient) -> None:
    """No script, no frame, nothing from elsewhere; and the address stays with the page."""
    headers = client.get(page_of(ASK, "north", LINK_SECRET)).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert ("no-referrer", "no-store") == (headers["Referrer-Policy"], headers["Cache-Control"])
