"""Bounces as mail systems write them, and what is none."""

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.bounces import Bounce, BounceKind, read_bounce

OURS = "<0f1e2d3c4b5a69788796a5b4c3d2e1f0@fellesforeningen.example>"
KARI, OLA = "kari.nordmann@mottaker.example", "ola@mottaker.example"


def report(*parts: tuple[str, str], headers: str = "", kind: str = "delivery-status") -> bytes:
    """A multipart/report with these parts, each its headers and its text."""
    body = "".join(f"--=_r\n{dedent(head).strip()}\n\n{dedent(text).strip()}\n\n" for head, text in parts)
    head = f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind};\n\tboundary="=_r"\n'
    return (
        f"{dedent(headers).strip()}\n{head}\nThis is a MIME-encapsulated message.\n\n{body}--=_r--\n".lstrip().encode()
    )


def status(*recipients: str, of_report: str = "Reporting-MTA: dns; mx.mottaker.example") -> tuple[str, str]:
    blocks = "\n\n".join((of_report, *(dedent(one).strip() for one in recipients)))
    return "Content-Type: message/delivery-status", blocks


RETURNED = (
    "Content-Type: message/rfc822",
    f"From: Analyse <analyse@fellesforeningen.example>\nTo: {KARI}\nMessage-ID: {OURS}\nSubject: Medlemstall\n\nHei",
)
HEADERS_ONLY = ("Content-Type: text/rfc822-headers", f"From: a@b.example\nMessage-ID:\n {OURS}\nSubject: Medlemstall")

POSTFIX = report(
    (
        "Content-Description: Notification\nContent-Type: text/plain; charset=us-ascii",
        "I'm sorry to have to inform you",
    ),
    status(
        f"""
        Final-Recipient: rfc822; {KARI}
        Original-Recipient: rfc822;{KARI}
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.mottaker.example
        Diagnostic-Code: smtp; 550 5.1.1 <{KARI}>: Recipient address rejected:
            User unknown in virtual mailbox table
        """,
        of_report="Reporting-MTA: dns; ut.fellesforeningen.example\nX-Postfix-Queue-ID: 4WxYz12AbC\n"
        "Arrival-Date: Mon,  1 Jun 2026 07:00:02 +0200 (CEST)",
    ),
    RETURNED,
    headers="""
    Return-Path: <>
    From: MAILER-DAEMON@ut.fellesforeningen.example (Mail Delivery System)
    Subject: Undelivered Mail Returned to Sender
    Auto-Submitted: auto-replied
    """,
)

MICROSOFT = report(
    ("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64", "PGh0bWw+PC9odG1sPg=="),
    status(
        f"""
        Final-Recipient: rfc822;{KARI}
        Action: failed
        Status: 5.1.10
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
         {KARI} not found by SMTP address lookup
        X-Display-Name: Kari Nordmann
        """,
        of_report="Reporting-MTA: dns;OS1P279MB0001.NORP279.PROD.OUTLOOK.example",
    ),
    RETURNED,
    headers=f"""
    From: <postmaster@mottaker.example>
    Subject: =?utf-8?Q?Kan_ikke_leveres:_Medlemstall,_Troms=C3=B8,_mai_2026?=
    In-Reply-To: {OURS}
    X-MS-Exchange-Message-Is-Ndr:
    """,
)

GMAIL = report(
    (
        "Content-Type: multipart/related; boundary=x",
        "--x\nContent-Type: text/plain\n\n** Address not found **\n\n--x--",
    ),
    status(
        f"""
        Final-Recipient: rfc822; {KARI}
        Action: failed
        Status: 5.0.0
        Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
         550-5.1.1 double-checking the recipient's email address for typos or unnecessary spaces.
        Last-Attempt-Date: Mon, 01 Jun 2026 00:00:03 -0700 (PDT)
        """,
        of_report="Reporting-MTA: dns; googlemail.example",
    ),
    RETURNED,
    headers="From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nSubject: Delivery Status Notification",
)

SENDMAIL = report(
    ("Content-Type: text/plain", f"   ----- The following addresses had permanent fatal errors -----\n<{KARI}>"),
    status(
        f"""
        Original-Recipient: rfc822;{KARI}
        Final-Recipient: RFC822; knordmann@intern.mottaker.example
        Action: failed
        Status: 5.2.2
        Diagnostic-Code: SMTP; 552 5.2.2 <{KARI}>... Mailbox full
        """
    ),
    HEADERS_ONLY,
    headers="From: Mail Delivery Subsystem <MAILER-DAEMON@mottaker.example>\nSubject: Returned mail: see transcript",
)

DELAYED = report(
    ("Content-Type: text/plain", "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE."),
    status(
        f"""
        Final-Recipient: rfc822; {KARI}
        Action: delayed
        Status: 4.4.1
        Diagnostic-Code: X-Postfix; connect to mx.mottaker.example[192.0.2.25]:25: Connection timed out
        Will-Retry-Until: Sat,  6 Jun 2026 07:00:02 +0200 (CEST)
        """
    ),
    HEADERS_ONLY,
    headers="From: MAILER-DAEMON@ut.fellesforeningen.example\nSubject: Delayed Mail (still being retried)",
)

GIVEN_UP = DELAYED.replace(b"Action: delayed", b"Action: failed (expired)")

EXIM = f"""\
X-Failed-Recipients: {KARI}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@ut.fellesforeningen.example>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {KARI}
    host mx.mottaker.example [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<{KARI}>:
    550 5.1.1 <{KARI}>: Recipient address rejected:
    no such user here

------ This is a copy of the message, including all the headers. ------

Return-path: <analyse@fellesforeningen.example>
From: Analyse <analyse@fellesforeningen.example>
Message-ID: {OURS}
Subject: Medlemstall
""".encode()

QMAIL = f"""\
From: MAILER-DAEMON@mottaker.example
Subject: failure notice

Hi. This is the qmail-send program at mottaker.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{KARI}>:
192.0.2.25 does not like recipient.
Remote host said: 553 sorry, no mailbox here by that name
Giving up on 192.0.2.25.

--- Below this line is a copy of the message.

Message-ID: {OURS}
Subject: Medlemstall
""".encode()

OLD_WARNING = f"""\
From: MAILER-DAEMON@mottaker.example
Subject: Warning: message delayed 24 hours

The address to which the message has not yet been delivered is:

  {KARI}

No action is required on your part.
""".encode()

COMPLAINT = report(
    ("Content-Type: text/plain", "This is an email abuse report."),
    (
        "Content-Type: message/feedback-report",
        f"""
        Feedback-Type: abuse
        User-Agent: SomeGenerator/1.0
        Version: 1
        Original-Mail-From: <analyse@fellesforeningen.example>
        Original-Rcpt-To: <{KARI}>
        """,
    ),
    RETURNED,
    headers="From: <abusedesk@mottaker.example>\nSubject: FW: Medlemstall",
    kind="feedback-report",
)


@pytest.mark.parametrize(
    ("raw", "kind", "code", "words"),
    [
        pytest.param(
            POSTFIX,
            "permanent",
            "5.1.1",
            "550 5.1.1 <k***@mottaker.example>: Recipient address rejected: User unknown in virtual mailbox table",
            id="postfix",
        ),
        pytest.param(
            MICROSOFT,
            "permanent",
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; "
            "Recipient k***@mottaker.example not found by SMTP address lookup",
            id="microsoft",
        ),
        pytest.param(
            GMAIL,
            "permanent",
            "5.1.1",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking "
            "the recipient's email address for typos or unnecessary spaces.",
            id="gmail",
        ),
        pytest.param(
            SENDMAIL, "permanent", "5.2.2", "552 5.2.2 <k***@mottaker.example>... Mailbox full", id="sendmail"
        ),
        pytest.param(
            DELAYED,
            "delayed",
            "4.4.1",
            "connect to mx.mottaker.example[192.0.2.25]:25: Connection timed out",
            id="delayed",
        ),
        pytest.param(
            GIVEN_UP,
            "temporary",
            "4.4.1",
            "connect to mx.mottaker.example[192.0.2.25]:25: Connection timed out",
            id="given up",
        ),
        pytest.param(
            EXIM,
            "permanent",
            "5.1.1",
            "550 5.1.1 <k***@mottaker.example>: Recipient address rejected: no such user here",
            id="exim",
        ),
        pytest.param(
            QMAIL, "permanent", "553", "553 sorry, no mailbox here by that name Giving up on 192.0.2.25.", id="qmail"
        ),
        pytest.param(COMPLAINT, "complaint", "", "", id="complaint"),
    ],
)
def test_report_tells_whose_message_came_back_and_why(raw: bytes, kind: str, code: str, words: str) -> None:
    """Each system's report gives our Message-ID, the address that we wrote to, and its own words without addresses."""
    expected = Bounce(message_id=OURS, recipient_address=KARI, kind=BounceKind(kind), code=code, words=words)

    assert (expected,) == read_bounce(raw)
    assert (expected,) == read_bounce(raw.replace(b"\n", b"\r\n"))


def test_old_warning_is_a_delay() -> None:
    """A warning in an old format is a message still being tried; it does not tell which."""
    (bounce,) = read_bounce(OLD_WARNING)

    assert (BounceKind.delayed, KARI, "") == (bounce.kind, bounce.recipient_address, bounce.message_id)


def test_old_format_without_a_sender_is_read() -> None:
    """A bounce needs no From to be read."""
    assert read_bounce(QMAIL) == read_bounce(QMAIL.partition(b"\n")[2])


def test_report_on_several_recipients() -> None:
    """Each recipient has a bounce of its own; those that were reached have none."""
    raw = report(
        ("Content-Type: text/plain", "Leveringsrapport"),
        status(
            f"Final-Recipient: rfc822; {KARI}\nAction: failed\nStatus: 5.1.1",
            f"Final-Recipient: rfc822; {OLA}\nAction: delayed\nStatus: 4.2.2",
            "Final-Recipient: rfc822; per@mottaker.example\nAction: relayed\nStatus: 2.0.0",
            "Final-Recipient: rfc822; eva@mottaker.example\nAction: delivered\nStatus: 2.1.5",
        ),
        RETURNED,
        headers="Subject: =?iso-8859-1?Q?Ikke_levert=3A_M=F8te_i_Tr=F8ndelag?=",
    )

    assert [(KARI, "permanent", "5.1.1"), (OLA, "delayed", "4.2.2")] == [
        (one.recipient_address, one.kind, one.code) for one in read_bounce(raw)
    ]


@pytest.mark.parametrize(
    "block",
    [
        f"Final-Recipient: rfc822;<{KARI}>\nAction: failed\nStatus: 5.1.1 (bad mailbox)",
        f"Final-Recipient: {KARI}\nAction: Failed\nStatus: 5.1.1",
        f"Final-Recipient: rfc822; {KARI}\nStatus: 5.1.1",
        f"Final-Recipient: rfc822; {KARI}\nAction: error\nDiagnostic-Code: smtp; 550 #5.1.1 no such user",
        f"Original-Recipient: rfc822;\nFinal-Recipient: rfc822; {KARI}\nAction: failed\nStatus: 5.1.1",
    ],
)
def test_reports_that_bend_the_standard_are_read(block: str) -> None:
    """Brackets, comments, no type, no action, an action of their own: the report is read all the same."""
    assert [(KARI, "permanent", "5.1.1")] == [
        (one.recipient_address, one.kind, one.code) for one in read_bounce(report(status(block), RETURNED))
    ]


def test_report_inside_another_part_is_found() -> None:
    """A gateway that packs the report into a mixed message hides nothing."""
    inner = POSTFIX.partition(b"MIME-Version: 1.0\n")[2]
    raw = b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\n" + inner + b"\n--outer--\n"

    assert read_bounce(POSTFIX) == read_bounce(raw)


@pytest.mark.parametrize("bounce", [POSTFIX, EXIM, QMAIL])
def test_bounce_inside_a_message_does_not_count(bounce: bytes) -> None:
    """A person who sends us somebody else's bounce as an attachment has not bounced."""
    raw = (
        b"From: ola@lokallag.example\nSubject: Hva betyr dette?\nContent-Type: multipart/mixed; boundary=m\n\n"
        b"--m\nContent-Type: text/plain\n\nSe vedlegg.\n--m\nContent-Type: message/rfc822\n\n" + bounce + b"\n--m--\n"
    )

    assert () == read_bounce(raw)


def test_message_id_is_taken_from_what_the_report_answers() -> None:
    """Where the returned message is left out, In-Reply-To names ours."""
    raw = report(
        status(f"Final-Recipient: rfc822; {KARI}\nAction: failed\nStatus: 5.1.1"), headers=f"In-Reply-To: {OURS}"
    )

    assert [OURS] == [one.message_id for one in read_bounce(raw)]


def test_complaint_that_hides_the_reader_is_known_by_the_message() -> None:
    """Where the address was taken out the Message-ID is enough; our own To tells it if it was left in."""
    hidden = COMPLAINT.replace(f"Original-Rcpt-To: <{KARI}>\n".encode(), b"")
    redacted = hidden.replace(f"To: {KARI}".encode(), b"To: redacted")

    assert [(OURS, KARI)] == [(one.message_id, one.recipient_address) for one in read_bounce(hidden)]
    assert [(OURS, "")] == [(one.message_id, one.recipient_address) for one in read_bounce(redacted)]


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", "other"])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    """A reader who takes a message out of the spam folder, or a failed check of signatures, complains of nothing."""
    assert () == read_bounce(COMPLAINT.replace(b"Feedback-Type: abuse", f"Feedback-Type: {kind}".encode()))


OUT_OF_OFFICE = f"""\
From: Kari Nordmann <{KARI}>
Subject: Automatisk svar: Medlemstall, Oslo, mai 2026
Auto-Submitted: auto-replied (vacation)
In-Reply-To: {OURS}
Content-Type: text/plain; charset=utf-8

Jeg har ferie til 3. august. Ved spørsmål: {OLA}
Your message could not be delivered to
{OLA}
""".encode()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(OUT_OF_OFFICE, id="out of office"),
        pytest.param(
            OUT_OF_OFFICE.replace(b"Auto-Submitted: auto-replied (vacation)", b"X-Autoreply: yes"), id="older"
        ),
        pytest.param(
            report(
                ("Content-Type: text/plain", "Your message was displayed."),
                (
                    "Content-Type: message/disposition-notification",
                    f"Final-Recipient: rfc822;{KARI}\nDisposition: manual-action/MDN-sent-manually; displayed",
                ),
                kind="disposition-notification",
            ),
            id="read receipt",
        ),
        pytest.param(
            report(status(f"Final-Recipient: rfc822;{KARI}\nAction: delivered\nStatus: 2.0.0"), RETURNED),
            id="delivered",
        ),
        pytest.param(f"From: {KARI}\nSubject: SV: Medlemstall\nIn-Reply-To: {OURS}\n\nTakk!\n".encode(), id="answer"),
        pytest.param(report(status("Action: failed\nStatus: 5.1.1")), id="of nobody"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 100, id="zeros"),
    ],
)
def test_what_is_no_bounce_is_none(raw: bytes) -> None:
    """Out-of-office replies, receipts, answers and noise report nothing."""
    assert () == read_bounce(raw)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.2.2", True),
        ("5.0.0", True),
        ("5.4.1", True),
        ("550", True),
        ("", True),
        ("5.1.8", False),
        ("5.2.3", False),
        ("5.3.4", False),
        ("5.7.1", False),
        ("552", False),
    ],
)
def test_only_refusals_of_the_address_speak_against_it(code: str, expected: bool) -> None:
    """A message that is too large, or a sender that is not trusted, is no reason to give an address up."""
    bounce = Bounce(message_id=OURS, recipient_address=KARI, kind=BounceKind.permanent, code=code)

    assert expected == bounce.is_of_address


@pytest.mark.parametrize("kind", [BounceKind.temporary, BounceKind.delayed, BounceKind.complaint])
def test_only_what_is_permanent_speaks_against_the_address(kind: BounceKind) -> None:
    """Whatever else is reported, the address may be right."""
    assert not Bounce(message_id=OURS, recipient_address=KARI, kind=kind).is_of_address


def test_address_stays_out_of_the_repr() -> None:
    """Neither the address nor the words print it."""
    assert [] == [raw for raw in (POSTFIX, MICROSOFT, EXIM) if KARI in repr(read_bounce(raw))]


# --- any bytes at all -------------------------------------------------------------------------------------

REAL = [POSTFIX, MICROSOFT, GMAIL, SENDMAIL, DELAYED, EXIM, QMAIL, OLD_WARNING, COMPLAINT, OUT_OF_OFFICE]
PIECES = st.sampled_from([line for raw in REAL for line in raw.splitlines(keepends=True)]) | st.binary(max_size=20)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw: bytes) -> None:
    """Bytes that are no message report nothing, and never raise."""
    assert () == read_bounce(raw)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_any_heap_of_lines_is_read(raw: bytes) -> None:
    """Lines of real reports in any order are read without an error, and what is found is well formed."""
    for bounce in read_bounce(raw):
        assert bounce.message_id or "@" in bounce.recipient_address


@settings(deadline=None)
@given(st.sampled_from(REAL), st.data())
def test_spoilt_reports_are_read(raw: bytes, data: Any) -> None:
    """A report with some bytes replaced, cut out or put in is read without an error."""
    spoilt = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(spoilt)))
        spoilt[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))

    for bounce in read_bounce(bytes(spoilt)):
        assert bounce.message_id or "@" in bounce.recipient_address


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"Content-Type: message/rfc822\n\n" * 20_000, id="messages inside messages"),
        pytest.param(b"Content-Type: multipart/report; boundary*=a\xff''x\n\n", id="character set that is none"),
        pytest.param(b"Content-Type: multipart/report; boundary*" + b"9" * 9000 + b"=x\n\n", id="number without end"),
        pytest.param(b"From: x\n\nfailed addresses follow:\n" + b"a" * 2_000_000, id="line without end"),
        pytest.param(b"From: x\n\nrcpt to:<" + b"<" * 2_000_000, id="brackets without end"),
    ],
)
def test_malice_is_read(raw: bytes) -> None:
    """What is made to break a parser, or to keep it busy for hours, reports nothing."""
    assert () == read_bounce(raw)


@settings(deadline=None)
@given(st.integers(200, 500))
def test_parts_inside_parts_are_read_at_any_depth(depth: int) -> None:
    """Around the depth at which Python gives up, too, nothing is raised."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\n"
        + b"Content-Type: message/rfc822\n\n" * depth
        + b"\n--m--\n"
    )

    assert () == read_bounce(raw)


def test_report_of_a_large_message_is_read() -> None:
    """The message that is returned may be longer than what is looked at."""
    large = POSTFIX.replace(b"\n\nHei", b"\n\n" + b"0123456789abcdef\n" * 200_000)

    assert read_bounce(POSTFIX) == read_bounce(large)
