"""What monitors, readers and mail servers get from the service."""

import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser

import pytest
from small_union import NOW, SmallUnion
from starlette.testclient import TestClient

from distributor.ledger.records import DeliveryStatus
from distributor.portal import Served, make_portal

TOKEN = "another text that only the mail server knows"


@pytest.fixture
def taken() -> list[bytes]:
    """Messages that came back."""
    return []


@pytest.fixture
def troubles() -> dict[str, str]:
    return {}


@pytest.fixture
def client(union: SmallUnion, taken: list[bytes], troubles: dict[str, str]) -> Iterator[TestClient]:
    app = union.app()

    def take(raw: bytes) -> int:
        taken.append(raw)
        return 1

    served = Served(
        app=lambda: app, troubles=lambda: troubles, circuits=lambda: {"email": True}, take_bounce=take, take_click=bool
    )
    with TestClient(make_portal(served)) as client:
        yield client


def link_of(union: SmallUnion, name: str) -> str:
    """Return the link to unsubscribe in the message to a reader."""
    [path] = [path for path in union.letters() if name in path.name]
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert "List-Unsubscribe=One-Click" == mail["List-Unsubscribe-Post"]
    [link] = re.findall(r"<https://post\.proeve\.example(/[^>]+)>", "".join(mail["List-Unsubscribe"].split()))
    return str(link)


def test_healthy_process_says_so(client: TestClient) -> None:
    """Both pages answer 200 while all is well."""
    assert [200, 200] == [client.get(page).status_code for page in ("/healthz", "/readyz")]


def test_process_in_trouble_is_not_ready(client: TestClient, troubles: dict[str, str]) -> None:
    """A part that fails makes the process not ready, with the reason; it still lives."""
    troubles["worker"] = "the source register cannot be read"

    ready = client.get("/readyz")

    assert (503, {"worker": "the source register cannot be read"}) == (ready.status_code, ready.json()["troubles"])
    assert 200 == client.get("/healthz").status_code


def test_metrics_count_what_the_ledger_holds(client: TestClient, union: SmallUnion) -> None:
    """Prometheus reads deliveries by status, runs, the outbox's age and open circuits; no names, no addresses."""
    union.run("note")

    text = client.get("/metrics").text

    for line in (
        'distributor_deliveries{status="sent"} 6.0',
        'distributor_deliveries{status="suppressed"} 1.0',
        'distributor_runs{status="closed"} 1.0',
        "distributor_outbox_oldest_seconds 0.0",
        'distributor_circuit_open{channel="email"} 1.0',
    ):
        assert line in text
    assert [] == [word for word in ("@", "Arne", "Ask") if word in text]


def test_looking_at_the_link_changes_nothing(client: TestClient, union: SmallUnion) -> None:
    """Mail scanners follow links: the page only asks, in the reader's language."""
    union.run("note")

    page = client.get(link_of(union, "dorte"))

    assert (200, True) == (page.status_code, "Vil du ikke længere have denne rapport?" in page.text)
    assert "Notat Dal, maj 2026" in page.text
    assert {} == union.app().ledger.preferences()


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}], ids=["button", "mail program"])
def test_unsubscribing_stops_this_report_for_this_reader(
    client: TestClient, union: SmallUnion, body: dict[str, str]
) -> None:
    """A click on the page or in the mail program: the next issue is suppressed for this reader only."""
    union.run("note")
    link = link_of(union, "dorte")

    done = client.post(link, data=body)
    again = client.post(link, data=body)

    assert (200, 200, True) == (done.status_code, again.status_code, "Rapporten er stoppet" in done.text)
    summary = union.run("note", now=NOW.replace(hour=8))
    [muted] = [one for one in summary.deliveries if one.recipient_id == "dal"]
    assert (DeliveryStatus.suppressed, "the reader has unsubscribed from this report") == (muted.status, muted.reason)
    assert 5 == summary.counts[DeliveryStatus.sent]
    assert ["unsubscribe"] == [one.action for one in union.app().ledger.audit("note")]


@pytest.mark.parametrize("token", ["nonsense", "WyJhIiwiYiJd.c2lnbmF0dXJl"])
def test_forged_link_is_refused(client: TestClient, token: str) -> None:
    """A token that we have not signed gets a page that says what to do, whatever is asked."""
    for answer in (client.get(f"/unsubscribe/{token}"), client.post(f"/unsubscribe/{token}")):
        assert (404, True) == (answer.status_code, "Lenken virker ikke" in answer.text)


def test_pages_load_nothing_and_tell_no_one(client: TestClient, union: SmallUnion) -> None:
    """The page allows no script and nothing from elsewhere, and its address stays with it."""
    union.run("note")

    headers = client.get(link_of(union, "arne")).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert ("no-referrer", "no-store") == (headers["Referrer-Policy"], headers["Cache-Control"])


def test_bounces_are_taken_from_who_has_the_token(client: TestClient, taken: list[bytes]) -> None:
    """A posted message is taken as it came; without the token, or too large, it is not."""
    good = {"Authorization": f"Bearer {TOKEN}"}

    answers = [
        client.post("/bounces", content=b"Subject: x\r\n\r\nbody\r\n", headers=good),
        client.post("/bounces", content=b"forged"),
        client.post("/bounces", content=b"forged", headers={"Authorization": "Bearer wrong"}),
        client.post("/bounces", content=b"x" * 2_000_001, headers=good),
    ]

    assert [200, 401, 401, 413] == [answer.status_code for answer in answers]
    assert [b"Subject: x\r\n\r\nbody\r\n"] == taken
