"""What every kind of storage promises, over a folder and over what fsspec knows."""

import os
import pickle
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from distributor.storage import FolderStorage, Storage, StorageError, open_storage
from distributor.storage.remote import RemoteStorage


@pytest.fixture(params=["folder", "local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """An empty storage of each kind."""
    match request.param:
        case "folder":
            yield FolderStorage(folder=tmp_path / "storage")
        case "local":
            yield RemoteStorage(url=f"local://{tmp_path}/storage")
        case _:
            yield RemoteStorage(url=f"memory://{uuid.uuid4()}")


def names(storage: Storage, under: str = "") -> list[str]:
    return [one.name for one in storage.files(under)]


def test_file_comes_back_as_it_was_written(storage: Storage) -> None:
    """Bytes, size and name are those of the last writing."""
    storage.write("ab/first", b"old")
    storage.write("ab/first", b"new content")

    assert b"new content" == storage.read("ab/first")
    found = storage.file("ab/first")
    assert found is not None
    assert ("ab/first", 11) == (found.name, found.size_bytes)


def test_file_that_is_not_there_is_told_as_such(storage: Storage) -> None:
    """Reading and removing raise FileNotFoundError, looking gives nothing."""
    with pytest.raises(FileNotFoundError):
        storage.read("ab/none")
    with pytest.raises(FileNotFoundError):
        storage.remove("ab/none")

    assert storage.file("ab/none") is None
    assert [] == names(storage)


def test_files_are_told_by_name_below_a_name(storage: Storage) -> None:
    """Names are whole and sorted, and a name is no prefix of another folder's."""
    for name in ("b/x", "a/y", "a/deep/z", "ab/w"):
        storage.write(name, b"1")

    assert ["a/deep/z", "a/y", "ab/w", "b/x"] == sorted(names(storage))
    assert ["a/deep/z", "a/y"] == sorted(names(storage, "a"))


def test_kept_file_is_in_use_again(storage: Storage, tmp_path: Path) -> None:
    """Keeping what is there makes it young, so that a purge leaves it."""
    storage.keep("ab/one", b"same")
    for path in (tmp_path / "storage").rglob("one"):
        os.utime(path, (1, 1))
    before = storage.file("ab/one")

    storage.keep("ab/one", b"same")

    after = storage.file("ab/one")
    assert before is not None
    assert after is not None
    assert (b"same", True) == (storage.read("ab/one"), after.used_at_s > before.used_at_s)


def test_removed_file_is_gone(storage: Storage) -> None:
    """The others stay."""
    storage.write("ab/one", b"1")
    storage.write("ab/two", b"2")

    storage.remove("ab/one")

    assert ["ab/two"] == names(storage)


def test_large_file_goes_there_and_back(storage: Storage, tmp_path: Path) -> None:
    """Files of this machine are put and fetched without passing through memory as a whole."""
    content = os.urandom(3_000_000)
    (tmp_path / "here").write_bytes(content)

    storage.upload(tmp_path / "here", "runs/large")
    storage.download("runs/large", tmp_path / "back")

    assert content == (tmp_path / "back").read_bytes()


def test_reader_never_sees_half_a_file(storage: Storage) -> None:
    """While a file is written again and again, each reading gives one whole version."""
    versions = {bytes([one]) * 400_000 for one in range(4)}
    storage.write("ab/one", next(iter(versions)))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for version in versions:
                storage.write("ab/one", version)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {storage.read("ab/one") for _ in range(60)}
    finally:
        stop.set()
        writer.join()

    assert seen <= versions
    assert ["ab/one"] == names(storage)


def test_storage_travels_to_workers(storage: Storage) -> None:
    """A worker gets the address and opens it for itself."""
    storage.write("ab/one", b"1")

    assert b"1" == pickle.loads(pickle.dumps(storage)).read("ab/one")


def test_refusal_is_an_os_error_with_words(tmp_path: Path) -> None:
    """Whatever a library raises comes as an OSError that says what and where."""
    (tmp_path / "storage").write_text("in the way")
    for one in (FolderStorage(folder=tmp_path / "storage"), RemoteStorage(url=f"local://{tmp_path}/storage")):
        with pytest.raises(OSError):
            one.write("ab/one", b"1")


def test_address_of_a_folder_is_a_folder(tmp_path: Path) -> None:
    """file:// is the fast way, with nothing between."""
    assert FolderStorage(folder=Path("/srv/a b")) == open_storage("file:///srv/a%20b")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonesuch://bucket", r'the store "nonesuch://" is not known. Allowed: file, s3'),
        ("oci://bucket", r'the store "oci://" cannot be used: .*ocifs'),
    ],
)
def test_storage_that_cannot_be_opened_is_a_sentence(url: str, words: str) -> None:
    """An unknown kind, and a kind whose library is not installed, say what to do."""
    with pytest.raises(StorageError, match=words):
        open_storage(url)
