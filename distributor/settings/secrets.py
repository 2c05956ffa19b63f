"""Secrets: from the environment or a file, never from config.toml itself."""

import os
from collections.abc import Mapping
from pathlib import Path

from distributor.errors import SettingsError


def read_secret(
    variable: str | None, path: Path | None, what: str, environment: Mapping[str, str] | None = None
) -> str:
    """Return a secret from the environment or a file.

    Args:
        variable: Name of the environment variable; None for the file.
        path: The file.
        what: For the error: "a database URL".
        environment: Variables to look in; the process's own by default.

    Raises:
        SettingsError: The variable or the file is not there or empty.
    """
    if variable is not None:
        secret = (os.environ if environment is None else environment).get(variable, "").strip()
        if not secret:
            raise SettingsError(f"the environment variable {variable} is not set. It must hold {what}.")
        return secret
    assert path is not None
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). It must hold {what}.") from error
    if not secret:
        raise SettingsError(f"{path}: is empty. It must hold {what}.")
    return secret
