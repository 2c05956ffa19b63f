"""The mail that arrives: its headers, its signature, its size."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from smtp_server import SmtpServer

from channels.email import DkimConfig, EmailChannel, SmtpConfig
from channels.email.size import size_in_words, without_files
from channels.errors import Fault, PermanentDeliveryError
from channels.message import Attachment, Message
from channels.mime import to_bytes

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
ELSEWHERE = "Filene er for store for e-post. Du finner dem her: https://tall.forbundet.example/packs/1?a=b&c=d."
Connect = Callable[..., EmailChannel]


@pytest.fixture
def large(message: Message) -> Message:
    """Return a message with a file of 300 kB."""
    file = Attachment(name="Medlemstall.pdf", media_type="application/pdf", content=bytes(300_000))
    return replace(message, attachments=(file,))


def test_mail_arrives_byte_for_byte(server: SmtpServer, connect: Connect, message: Message) -> None:
    """What arrives is what was written, also where lines begin with dots."""
    dotted = replace(message, text=".\n..\n.dot\n\nend\n.", html=None)
    connect(server).send(dotted, now=NOW)
    assert to_bytes(dotted) == server.stored[0].content.removesuffix(b"\r\n") + b"\r\n"
    assert server.stored[0].content.isascii()
    assert message.from_address == server.stored[0].sender
    assert message.recipient_address == server.stored[0].recipient


def test_domain_with_nordic_letters(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A domain with å is written as the DNS knows it, in the envelope, the headers and the Message-ID."""
    nordic = replace(message, recipient_address="kari@ålesund.example", from_address="tall@tromsø.example")
    connect(server).send(nordic, now=NOW)
    stored = server.stored[0]
    assert ("tall@xn--troms-zua.example", "kari@xn--lesund-hua.example") == (stored.sender, stored.recipient)
    assert stored.mail["To"].addresses[0].addr_spec == "kari@xn--lesund-hua.example"
    assert stored.mail["Message-ID"].endswith("@xn--troms-zua.example>")


def test_nordic_letters_before_the_at_need_the_server(server: SmtpServer, connect: Connect, message: Message) -> None:
    """An address like kåre@ goes to a server that offers SMTPUTF8; for another it is the recipient's fault."""
    nordic = replace(message, recipient_address="kåre@lokallag.example")
    channel = connect(server)
    with pytest.raises(PermanentDeliveryError, match="letters outside a-z before its @") as caught:
        channel.send(nordic, now=NOW)
    assert caught.value.fault is Fault.recipient
    assert "MAIL" not in server.commands
    with SmtpServer(smtputf8=True) as modern:
        connect(modern).send(nordic, now=NOW)
        connect(modern).send(message, now=NOW)
        assert modern.stored[0].recipient == "kåre@lokallag.example"
        assert "<kåre@lokallag.example>\r\n".encode() in modern.stored[0].content
        assert modern.stored[1].content.isascii()


def test_mail_over_the_stated_limit_is_not_sent(connect: Connect, large: Message) -> None:
    """Without another place for the files the delivery fails before MAIL FROM, and says both sizes."""
    with SmtpServer(size_limit=100_000) as server:
        with pytest.raises(PermanentDeliveryError, match=r"has 4\d\d kB, the mail server takes 100 kB") as caught:
            connect(server).send(large, now=NOW)
        assert caught.value.fault is Fault.message
        assert "MAIL" not in server.commands


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "CONTENT"])
def test_files_stay_away_where_they_are_elsewhere(connect: Connect, large: Message, step: str) -> None:
    """A mail too large with its files goes without them and says where they are, however the server refuses."""
    with SmtpServer(size_limit=100_000 if step == "EHLO" else None) as server:
        if step != "EHLO":
            server.script(step, "552 5.3.4 message too big")
        receipt = connect(server).send(replace(large, files_elsewhere=ELSEWHERE), now=NOW)
        mail = server.stored[0].mail
        assert len(server.stored) == 1
    assert "Sent without attachments" in receipt.detail
    assert receipt.transport_id == "Q1"
    assert list(mail.iter_attachments()) == []
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert large.text.strip() in text.get_content().replace("\r\n", "\n")
    assert text.get_content().rstrip().endswith(ELSEWHERE)
    link = "https://tall.forbundet.example/packs/1?a=b&amp;c=d"
    assert f'<a href="{link}">{link}</a>.</p></body></html>' in html.get_content()
    assert [part.get_content_type() for part in mail.walk()].count("image/png") == 1
    assert large.message_id == mail["Message-ID"]


def test_mail_too_large_without_its_files_fails(connect: Connect, large: Message) -> None:
    """Where even the text is too large nothing is sent: no empty mail."""
    with SmtpServer(size_limit=2_000) as server:
        with pytest.raises(PermanentDeliveryError, match=r"has \d+ kB, the mail server takes 2 kB"):
            connect(server).send(replace(large, files_elsewhere=ELSEWHERE), now=NOW)
        assert server.stored == []


def test_other_refusals_keep_the_files(server: SmtpServer, connect: Connect, large: Message) -> None:
    """Only size makes a mail go without its files."""
    server.script("CONTENT", "554 5.7.1 no such files here")
    with pytest.raises(PermanentDeliveryError):
        connect(server).send(replace(large, files_elsewhere=ELSEWHERE), now=NOW)
    assert server.stored == []


def test_sentence_needs_no_html(large: Message) -> None:
    """A mail in plain text, and HTML without an end of its body, take the sentence as well."""
    plain = without_files(replace(large, html=None, files_elsewhere=ELSEWHERE))
    assert plain.html is None
    assert plain.text.endswith(f"\n\n{ELSEWHERE}\n")
    bare = without_files(replace(large, html="<p>Tall", files_elsewhere="Se <arkivet>."))
    assert bare.html == '<p>Tall<p style="margin:16px;font:14px sans-serif">Se &lt;arkivet&gt;.</p>'


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (180_499, "180 kB"), (34_240_000, "34.2 MB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    """Sizes are said in the units that people know from their mail program."""
    assert words == size_in_words(size)


@pytest.fixture(scope="module")
def key() -> tuple[bytes, bytes]:
    """Return an RSA key in PEM form and the DNS record of its public half."""
    private = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout"], input=private, check=True, capture_output=True).stdout
    return private, b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


@pytest.fixture
def signed(server: SmtpServer, connect: Connect, message: Message, key: tuple[bytes, bytes]) -> bytes:
    """Return a mail as it arrived from a channel that signs."""
    signing = DkimConfig(domain="forbundet.example", selector="s2026", private_key=key[0])
    whole = replace(
        message,
        list_id="monthly.forbundet.example",
        unsubscribe_url=f"https://tall.forbundet.example/unsubscribe/{'x' * 80}",
        references=("<first@forbundet.example>", "<second@forbundet.example>"),
    )
    connect(server, dkim=signing).send(whole, now=NOW)
    assert server.stored[0].content.endswith(to_bytes(whole))
    return server.stored[0].content


def test_signature_holds(signed: bytes, key: tuple[bytes, bytes]) -> None:
    """The mail that arrives is verified with the key that the DNS gives for selector and domain."""
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return key[1]

    assert dkim.verify(signed, dnsfunc=dns)
    assert asked == [b"s2026._domainkey.forbundet.example."]
    assert not dkim.verify(signed.replace(b"Medlemstall", b"Medlemstull"), dnsfunc=dns)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"List-Unsubscribe: <https://tall", b"List-Unsubscribe: <https://evil"),
        (b"List-Unsubscribe-Post: List", b"List-Unsubscribe-Post: Lost"),
        (b"List-Id: <monthly", b"List-Id: <yearly"),
        (b"Reply-To: analyse", b"Reply-To: another"),
        (b"From: ", b"From: evil@elsewhere.example\r\nFrom: "),
    ],
)
def test_signature_covers_what_matters(signed: bytes, key: tuple[bytes, bytes], before: bytes, after: bytes) -> None:
    """A changed link to unsubscribe (RFC 8058), list, reply address or a second sender breaks the signature."""
    assert before in signed
    assert not dkim.verify(signed.replace(before, after, 1), dnsfunc=lambda name, timeout=5: key[1])


@pytest.mark.parametrize("broken", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_broken_key_is_refused_at_once(broken: bytes) -> None:
    """A key that cannot sign is told when the channel is made, and not shown."""
    signing = DkimConfig(domain="forbundet.example", selector="s2026", private_key=broken)
    with pytest.raises(ValueError, match=r"DKIM key of forbundet\.example is not an RSA key"):
        EmailChannel(SmtpConfig(host="mail.forbundet.example", dkim=signing))
    assert "AAAA" not in repr(signing)


def test_missing_package_is_told_at_once(monkeypatch: pytest.MonkeyPatch, key: tuple[bytes, bytes]) -> None:
    """Without the package that signs the sentence says how to install it."""
    monkeypatch.setitem(sys.modules, "dkim", None)
    signing = DkimConfig(domain="forbundet.example", selector="s2026", private_key=key[0])
    with pytest.raises(ValueError, match="pip install"):
        EmailChannel(SmtpConfig(host="mail.forbundet.example", dkim=signing))
