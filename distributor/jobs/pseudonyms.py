"""What stands in the ledger in the place of an address or a person once their time is over."""

import hmac
import os
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.ledger.port import PSEUDONYM_MARK

_KEY_LENGTH = 64  # hexadecimal digits
_LENGTH = 20  # 80 bits: two of a million people share one by a chance of 1 in 10^12


def make_pseudonym(app: Application) -> Callable[[str], str]:
    """Return what gives an address or an id its pseudonym, the same each time, in capitals or not.

    It is a hash with a key that lies in the store and nowhere else. Without the key nobody can try out addresses; who
    deletes it makes all pseudonyms anonymous, and gives the same address a new one from then on.

    Raises:
        RunError: The key cannot be read or made.
    """
    key = _load_key(app.settings.store.path / "pseudonym.key")

    def pseudonym(text: str) -> str:
        digest = hmac.new(key, text.strip().casefold().encode(), sha256).hexdigest()
        return f"{PSEUDONYM_MARK}{digest[:_LENGTH]}"

    return pseudonym


def _load_key(path: Path) -> bytes:
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise RunError(
            f"the key of pseudonyms {path} cannot be used: {error.strerror}. Correct the permissions of the store."
        ) from error
    if len(key) != _KEY_LENGTH:
        raise RunError(f"the key of pseudonyms {path} is not as it was made. Put it back from a backup, or delete it.")
    return key


def _make_key(path: Path) -> None:
    """Write a key that only this account may read; of two processes at the same time one wins, and both read its."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_LENGTH // 2))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
