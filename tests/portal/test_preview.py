"""The page of a live preview: open to who started it and to nobody else, in the language of central staff."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion, make_small_union
from starlette.testclient import TestClient

from distributor.bootstrap import make_looking_application
from distributor.clock import FrozenClock
from distributor.jobs.preview.live import LivePreview
from distributor.portal.preview import make_preview_portal

KEY = "a key that was made for this test"
HERE = "http://127.0.0.1:8780"
NOTE = "report_specs/reports/note.yaml"


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@pytest.fixture
def stranger(union: SmallUnion, tmp_path: Path) -> Iterator[TestClient]:
    """A browser that does not know the key."""
    live = LivePreview(
        open_app=partial(make_looking_application, union.config, clock=FrozenClock(NOW)),
        catalogue=union.folder / "report_specs",
        folder=tmp_path / "figures",
        report="note",
        period="",
    )
    with TestClient(make_preview_portal(live, key=KEY), base_url=HERE) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    """The browser of who started the preview."""
    stranger.get("/", params={"key": KEY})
    return stranger


def test_first_address_opens_the_page_and_is_not_kept(stranger: TestClient) -> None:
    """The key goes into a cookie that no script and no other site can use; what was asked for stays."""
    answer = stranger.get("/", params={"key": KEY, "branch": "N1", "language": "en"}, follow_redirects=False)

    assert (303, "/?branch=N1&language=en") == (answer.status_code, answer.headers["location"])
    assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
    assert "Note Ask, May 2026" in stranger.get(answer.headers["location"]).text


@pytest.mark.parametrize("path", ["/", "/?key=", "/?key=wrong", "/version", "/pack.html", "/pack.pdf", "/preview.js"])
def test_stranger_sees_nothing(path: str, stranger: TestClient) -> None:
    """Others who work on the machine can reach the address, but see no figure."""
    answer = stranger.get(path)

    assert 403 == answer.status_code
    assert not {"Ask", "Notat"} & set(answer.text.split())


def test_stranger_changes_nothing(stranger: TestClient) -> None:
    """Only who may see the figures may have them read again."""
    assert 403 == stranger.post("/sources").status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8780", 200), ("localhost:8780", 200), ("evil.example", 400), ("10.0.0.1:8780", 400)],
)
def test_other_names_for_the_address_are_refused(host: str, status: int, client: TestClient) -> None:
    """A page elsewhere that gives its own name our address gets no answer."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    assert status == client.get("/version", headers={"Host": host, "Cookie": cookie}).status_code


def test_page_shows_the_mail_and_what_else_there_is(client: TestClient) -> None:
    """The e-mail stands in a frame that runs nothing; beside it links to all files and to the branches around."""
    page = client.get("/?branch=S1&language=nb")

    assert (200, "no-store") == (page.status_code, page.headers["cache-control"])
    assert "<title>Notat Dal, mai 2026 · Forhåndsvisning</title>" in page.text
    assert '<iframe src="/pack.html?branch=S1&amp;language=nb"' in page.text
    assert 'sandbox="allow-same-origin allow-popups"' in page.text
    for file in ("pack.pdf", "pack.xlsx", "pack.txt", "slack.json", "sms.txt"):
        assert f'href="/{file}?branch=S1&amp;language=nb"' in page.text
    assert 'href="/?branch=S&amp;language=nb" rel="prev" title="Forrige: Region Sør"' in page.text
    assert 'href="/?branch=S2&amp;language=nb" rel="next" title="Neste: Eng"' in page.text
    assert "Kildene er lest 2. juni 2026 kl. 08:00" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("language", "heading"), [("nb", "Forhåndsvisning"), ("da", "Forhåndsvisning"), ("en", "Preview")]
)
def test_page_is_in_the_first_language_of_the_organisation(
    language: str, heading: str, client: TestClient, union: SmallUnion
) -> None:
    """Whatever the pack's language is."""
    union.edit("report_specs/catalogue.yaml", "[nb, da, en]", f"[{language}]")
    page = client.get("/?branch=S1").text

    assert f'<html lang="{language}"' in page
    assert f"· {heading}</title>" in page


@pytest.mark.parametrize(
    ("file", "media_type", "begins", "how"),
    [
        ("pack.html", "text/html; charset=utf-8", b"<!doctype html>", "inline"),
        ("pack.pdf", "application/pdf", b"%PDF-", "inline"),
        (
            "pack.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
            "attachment",
        ),
        ("pack.txt", "text/plain; charset=utf-8", "Prøveforbundet".encode(), "inline"),
        ("slack.json", "text/plain; charset=utf-8", b"[", "inline"),
        ("sms.txt", "text/plain; charset=utf-8", b"Notat", "inline"),
    ],
)
def test_files_are_those_of_the_pack(file: str, media_type: str, begins: bytes, how: str, client: TestClient) -> None:
    """Each comes as what it is, runs nothing and loads nothing."""
    answer = client.get(f"/{file}?branch=../x&language=nb")

    assert (200, media_type) == (answer.status_code, answer.headers["content-type"])
    assert begins.lower() == answer.content[: len(begins)].lower()
    assert f'{how}; filename="note-.._x.{file.rpartition(".")[2]}"' == answer.headers["content-disposition"]
    assert "script" not in answer.headers["content-security-policy"]


def test_fault_is_a_page_that_recovers(client: TestClient, union: SmallUnion) -> None:
    """File, line and column of the fault, with the line; then the pack again."""
    before = client.get("/version").json()["version"]
    union.edit(NOTE, "[members, joiners]", "[members, <joinrs>]")
    wrong = client.get("/?branch=N1")
    frame = client.get("/pack.html?branch=N1")
    union.edit(NOTE, "[members, <joinrs>]", "[members, joiners]")
    mended = client.get("/?branch=N1")

    assert (409, 409, 200) == (wrong.status_code, frame.status_code, mended.status_code)
    assert "<h1>Rapporten kan ikke vises</h1>" in wrong.text
    assert "note.yaml:7:22</code>" in wrong.text
    assert "<pre>  - tiles: [members, &lt;joinrs&gt;]</pre>" in wrong.text
    assert "Notat Ask, mai 2026" in mended.text
    assert before + 2 == client.get("/version").json()["version"]


def test_sources_are_read_again_on_request(client: TestClient, union: SmallUnion) -> None:
    """The button leads back to the branch that was looked at, with the figures of now."""
    before = client.get("/pack.txt?branch=N1").text
    union.sql("delete from members where branch_id = 'N1'")
    answer = client.post("/sources?branch=N1&language=da", follow_redirects=False)

    assert (303, "/?branch=N1&language=da") == (answer.status_code, answer.headers["location"])
    assert before != client.get("/pack.txt?branch=N1").text


def test_unknown_branch_is_told_on_the_page(client: TestClient) -> None:
    """One can choose another."""
    page = client.get("/", params={"branch": '"><script>'})

    assert (409, 0) == (page.status_code, page.text.count("<script>"))
    assert '<option value="N1">Ask</option>' in page.text


def test_what_is_no_file_is_not_found(client: TestClient) -> None:
    """Only the files of a pack have an address."""
    assert 422 == client.get("/etc.txt").status_code
