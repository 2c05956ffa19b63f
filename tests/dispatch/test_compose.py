"""From artifacts to a message."""

from datetime import UTC, datetime

import pytest

from channels.message import Attachment, Message
from channels.mime import to_bytes
from distributor.dispatch.compose import attachment_names, compose_message
from renderers.pack import Artifact

NOW = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)


def _artifact(name: str, content_id: str = "") -> Artifact:
    return Artifact(name=name, media_type="image/png", content=b"\x00\x01", content_id=content_id)


def _composed(*, html: bytes | None = b"<p>\xc3\xb8</p>", title: str = "Medlemstall, Tromsø, mai 2026") -> Message:
    return compose_message(
        branch_id="5501",
        branch_name="Tromsø",
        title=title,
        html=html,
        text="Ærlig talt".encode(),
        images=[_artifact("chart-1.png", "chart-1@pack")],
        files=[_artifact("pack.pdf"), _artifact("pack.xlsx")],
        recipient_name="Kari Nordmann",
        address="kari@lokallag.example",
        from_address="tall@forbundet.example",
        reply_to="analyse@forbundet.example",
        delivery_key="k1",
        now=NOW,
        language="nb",
    )


def test_artifacts_become_attachments() -> None:
    """Pictures keep their content id, files get a name that says what they are."""
    message = _composed()
    image = Attachment(name="chart-1.png", media_type="image/png", content=b"\x00\x01", content_id="chart-1@pack")
    assert (image,) == message.images
    expected = ["Medlemstall Tromsø mai 2026.pdf", "Medlemstall Tromsø mai 2026.xlsx"]
    assert expected == [file.name for file in message.attachments]
    assert message.attachments[0].content == b"\x00\x01"


def test_message_says_what_it_is() -> None:
    """Subject, texts, label, language, date and headers come from the pack and the delivery."""
    message = _composed()
    assert message.subject == "Medlemstall, Tromsø, mai 2026"
    assert (message.html, message.text) == ("<p>ø</p>", "Ærlig talt")
    assert message.label == "5501 Tromsø"
    assert message.headers == {"Auto-Submitted": "auto-generated"}
    assert (message.language, message.date) == ("nb", NOW)
    assert b"Auto-Submitted: auto-generated" in to_bytes(message)


def test_plain_message_has_no_pictures() -> None:
    """Without HTML nothing names the pictures, so they stay out."""
    message = _composed(html=None)
    assert message.html is None
    assert message.images == ()


def test_subject_is_one_line() -> None:
    """A title folded over lines in its spec becomes one line."""
    assert _composed(title="Medlemstall\n  Oslo").subject == "Medlemstall Oslo"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('Members, <b>Docks</b> & "Quay": 5/2026?', "Members b Docks b Quay 5 2026.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("Karasjok – Kárášjohka", "Karasjok – Kárášjohka.pdf"),
        ("***", "pack.pdf"),
    ],
)
def test_file_names_are_safe(title: str, expected: str) -> None:
    """Letters stay, signs that file systems and mail programs trip over go."""
    assert (expected,) == attachment_names(title, [_artifact("x.pdf")])


def test_file_names_are_short_and_differ() -> None:
    """Names end after a whole word within 80 characters; two files of one kind are numbered."""
    names = attachment_names("Ord " * 60, [_artifact("a.pdf"), _artifact("b.pdf")])
    assert all(len(name) <= 80 for name in names)
    assert names[0].endswith("Ord.pdf")
    assert names[1].endswith("Ord 2.pdf")
