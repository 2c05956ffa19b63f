"""Mailboxes: every message comes until it is marked as handled, and marking twice does no harm."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from channels.email.mailbox import EmlFolder, Mailbox, MailboxError, Maildir, MboxFile, open_mailbox

FIRST, SECOND = b"From: a@b.example\nSubject: one\n\nfirst\n", b"From: a@b.example\nSubject: two\n\nsecond\n"

Fill = Callable[[Path, str, bytes], None]


def fill_maildir(path: Path, name: str, content: bytes) -> None:
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    (path / "new" / name).write_bytes(content)


def fill_folder(path: Path, name: str, content: bytes) -> None:
    path.mkdir(exist_ok=True)
    (path / f"{name}.eml").write_bytes(content)


def fill_mbox(path: Path, name: str, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"From MAILER-DAEMON Mon Jun  1 07:00:00 2026\n" + content + b"\n")


EVERY = pytest.mark.parametrize("fill", [fill_maildir, fill_folder, fill_mbox])


def contents(box: Mailbox) -> list[bytes]:
    return [message.content for message in box.unhandled()]


@EVERY
def test_message_comes_until_it_is_marked(fill: Fill, tmp_path: Path) -> None:
    """Reading changes nothing; a message that is marked does not come again, also for who opens the mailbox anew."""
    path = tmp_path / "box"
    fill(path, "1", FIRST)
    fill(path, "2", SECOND)
    box = open_mailbox(path)

    assert [FIRST, SECOND] == contents(box) == contents(box)
    box.mark_handled(next(box.unhandled()))
    assert [SECOND] == contents(open_mailbox(path))


@EVERY
def test_marking_while_reading(fill: Fill, tmp_path: Path) -> None:
    """Each message may be marked before the next one is read."""
    path = tmp_path / "box"
    for number in range(3):
        fill(path, str(number), FIRST + b"%d\n" % number)
    box = open_mailbox(path)

    read = []
    for message in box.unhandled():
        read.append(message.content)
        box.mark_handled(message)

    assert [FIRST + b"%d\n" % number for number in range(3)] == read
    assert [] == contents(box)


@EVERY
def test_marking_twice_does_nothing(fill: Fill, tmp_path: Path) -> None:
    """Two processes that handle the same message both mark it, and nothing else happens."""
    path = tmp_path / "box"
    fill(path, "1", FIRST)
    fill(path, "2", SECOND)
    ours, theirs = open_mailbox(path), open_mailbox(path)
    mine, same = next(ours.unhandled()), next(theirs.unhandled())

    ours.mark_handled(mine)
    theirs.mark_handled(same)

    assert [SECOND] == contents(ours)


@EVERY
def test_id_is_that_of_the_bytes(fill: Fill, tmp_path: Path) -> None:
    """The same bytes have the same id wherever and whenever they are read."""
    path = tmp_path / "box"
    fill(path, "1", FIRST)

    assert [sha256(FIRST).hexdigest()] == [message.id for message in open_mailbox(path).unhandled()]


@EVERY
def test_message_that_arrives_later_is_read(fill: Fill, tmp_path: Path) -> None:
    """What arrives after the others were handled comes next time."""
    path = tmp_path / "box"
    fill(path, "1", FIRST)
    box = open_mailbox(path)
    box.mark_handled(next(box.unhandled()))

    fill(path, "2", SECOND)

    assert [SECOND] == contents(box)


@pytest.mark.parametrize("fill", [fill_maildir, fill_folder])
def test_message_taken_away_meanwhile_is_left_out(fill: Fill, tmp_path: Path) -> None:
    """Another process that is faster disturbs nobody."""
    path = tmp_path / "box"
    fill(path, "1", FIRST)
    fill(path, "2", SECOND)
    reading, other = open_mailbox(path).unhandled(), open_mailbox(path)

    assert FIRST == next(reading).content
    for message in list(other.unhandled()):
        other.mark_handled(message)
    assert [] == list(reading)


def test_maildir_moves_to_cur_and_flags_as_seen(tmp_path: Path) -> None:
    """A handled message lies in cur with the flag S, as if somebody had read it; other flags stay, in order."""
    fill_maildir(tmp_path, "1717218000.M1P2.host", FIRST)
    (tmp_path / "cur" / "1717218001.M1P2.host:2,RT").write_bytes(SECOND)
    box = Maildir(tmp_path)

    for message in list(box.unhandled()):
        box.mark_handled(message)

    assert ["1717218000.M1P2.host:2,S", "1717218001.M1P2.host:2,RST"] == sorted(
        path.name for path in (tmp_path / "cur").iterdir()
    )
    assert [] == contents(box)


def test_maildir_that_a_mail_program_has_listed(tmp_path: Path) -> None:
    """What was moved to cur and not read is still to be handled; what was read is not."""
    fill_maildir(tmp_path, "1", FIRST)
    (tmp_path / "new" / "1").rename(tmp_path / "cur" / "1:2,")
    (tmp_path / "cur" / "2:2,S").write_bytes(SECOND)

    assert [FIRST] == contents(Maildir(tmp_path))


def test_folder_keeps_what_is_handled_apart(tmp_path: Path) -> None:
    """Handled files lie in "done"; another message under a name used before does not replace the first."""
    box = EmlFolder(tmp_path)
    for content in (FIRST, SECOND):
        fill_folder(tmp_path, "bounce", content)
        box.mark_handled(next(box.unhandled()))

    assert {FIRST, SECOND} == {path.read_bytes() for path in (tmp_path / "done").glob("bounce-*.eml")}


def test_folder_reads_only_messages(tmp_path: Path) -> None:
    """Other files, hidden ones and folders are left alone."""
    fill_folder(tmp_path, "1", FIRST)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".2.eml").write_bytes(SECOND)
    (tmp_path / "3.eml").mkdir()
    (tmp_path / "4.EML").write_bytes(SECOND)

    assert [FIRST, SECOND] == contents(EmlFolder(tmp_path))


def test_mbox_is_never_written_to(tmp_path: Path) -> None:
    """The mail system's file stays as it is, byte for byte; what is handled stands beside it."""
    path = tmp_path / "bounces"
    fill_mbox(path, "1", FIRST)
    before = path.read_bytes()
    box = MboxFile(path)
    box.mark_handled(next(box.unhandled()))

    assert before == path.read_bytes()
    assert f"{sha256(FIRST).hexdigest()}\n" == (tmp_path / "bounces.handled").read_text()


def test_mbox_message_that_was_half_written_comes_again(tmp_path: Path) -> None:
    """What was read before it was whole is another message when it is."""
    path = tmp_path / "bounces"
    path.write_bytes(b"From MAILER-DAEMON Mon Jun  1 07:00:00 2026\nFrom: a@b.exa")
    box = MboxFile(path)
    box.mark_handled(next(box.unhandled()))

    with path.open("ab") as file:
        file.write(b"mple\n\nwhole\n\n")

    assert [b"From: a@b.example\n\nwhole\n"] == contents(box)


def test_kind_of_mailbox_is_seen_from_what_is_there(tmp_path: Path) -> None:
    """A folder with new and cur is a Maildir, another folder one of .eml files, a file an mbox; nothing is an error."""
    fill_maildir(tmp_path / "a", "1", FIRST)
    fill_folder(tmp_path / "b", "1", FIRST)
    fill_mbox(tmp_path / "c", "1", FIRST)

    assert [Maildir, EmlFolder, MboxFile] == [type(open_mailbox(tmp_path / name)) for name in "abc"]
    with pytest.raises(MailboxError, match="there is no such mailbox"):
        open_mailbox(tmp_path / "d")


def test_empty_mailboxes(tmp_path: Path) -> None:
    """Nothing has arrived: nothing comes."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "mbox").touch()

    assert [[], []] == [contents(open_mailbox(tmp_path / name)) for name in ("empty", "mbox")]
