"""The channel that writes .eml files."""

import errno
import resource
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from channels.errors import PermanentDeliveryError, TransientDeliveryError
from channels.folder import FolderChannel
from channels.folder.failures import delivery_error
from channels.folder.names import file_name, slug
from channels.message import Message
from channels.mime import to_bytes

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)


def test_file_is_the_mail_and_people_find_it(tmp_path: Path, message: Message) -> None:
    """The file is named after branch and recipient, holds the mail's bytes, and no draft is left."""
    receipt = FolderChannel(tmp_path / "run").send(message, now=NOW)
    path = tmp_path / "run" / "new" / receipt.transport_id
    assert f"0301-oslo--kare-bjorn-aerlig-leder--{message.key_digest[:12]}.eml" == path.name
    assert to_bytes(message) == path.read_bytes()
    assert str(path) == receipt.detail
    assert list((tmp_path / "run" / "tmp").iterdir()) == []
    assert message.subject == message_from_bytes(path.read_bytes(), policy=default)["Subject"]


def test_new_process_finds_the_old_file(tmp_path: Path, message: Message) -> None:
    """A delivery sent again by another process replaces its file, though the recipient is spelt otherwise now."""
    first = FolderChannel(tmp_path).send(message, now=NOW)
    changed = replace(message, recipient_name="K. Ærlig")
    second = FolderChannel(tmp_path).send(changed, now=NOW)
    assert first.transport_id == second.transport_id
    assert to_bytes(changed) == (tmp_path / "new" / first.transport_id).read_bytes()


@pytest.mark.parametrize("folder", ["new", "tmp", "."])
def test_folder_that_was_removed_is_made_again(folder: str, tmp_path: Path, message: Message) -> None:
    """Whichever folder somebody has removed since the last message, the next one is written whole."""
    channel = FolderChannel(tmp_path / "run")
    channel.send(message, now=NOW)
    shutil.rmtree(tmp_path / "run" / folder)
    receipt = channel.send(message, now=NOW)
    assert to_bytes(message) == (tmp_path / "run" / "new" / receipt.transport_id).read_bytes()


def test_a_file_in_the_way_is_permanent(tmp_path: Path, message: Message) -> None:
    """A root that is a file needs a person: the error says so."""
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(PermanentDeliveryError, match="Choose another folder"):
        FolderChannel(tmp_path / "out").send(message, now=NOW)


def test_write_that_breaks_off_leaves_nothing(tmp_path: Path, message: Message) -> None:
    """When the disk takes no more, the error is transient, and neither a draft nor half a file is left."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(TransientDeliveryError, match="Make room"):
            FolderChannel(tmp_path).send(message, now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, TransientDeliveryError),
        (errno.EDQUOT, TransientDeliveryError),
        (errno.EIO, TransientDeliveryError),
        (errno.EACCES, PermanentDeliveryError),
        (errno.EROFS, PermanentDeliveryError),
        (errno.ENAMETOOLONG, PermanentDeliveryError),
    ],
)
def test_only_a_person_helps_against_missing_rights(code: int, kind: type[Exception]) -> None:
    """A full disk is tried again, a forbidden one is not."""
    assert kind is type(delivery_error("k", OSError(code, "reason", "/folder")))


def test_names_are_plain_and_short() -> None:
    """Nordic and Sami letters are written in ASCII, signs become hyphens, empty parts fall away."""
    assert slug("Karasjok – Kárášjohka", 60) == "karasjok-karasjohka"
    assert slug("Ærø / Æbelø, Åsa", 60) == "aero-aebelo-asa"
    assert slug("aaa bbb", 4) == "aaa"
    assert file_name("0301 Oslo", "???", "abc") == "0301-oslo--abc.eml"
    assert len(file_name("x" * 300, "y" * 300, "0" * 12)) < 130
    assert file_name("../../etc/passwd", "", "abc") == "etc-passwd--abc.eml"
