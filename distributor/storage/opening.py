"""From the address of a storage to the one that keeps files there."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from distributor.storage.errors import StorageError
from distributor.storage.folder import FolderStorage
from distributor.storage.port import Storage


def open_storage(url: str) -> Storage:
    """Return the storage at *url*; nothing is read or written yet.

    Args:
        url: ``s3://bucket/folder``, ``file:///folder``, or any other that fsspec knows.

    Raises:
        StorageError: No library for it is installed, or there is no such kind.
    """
    scheme = url.partition("://")[0]
    if scheme == "file":
        return FolderStorage(folder=Path(unquote(urlsplit(url).path)))
    try:
        from fsspec import get_filesystem_class

        from distributor.storage.remote import RemoteStorage

        get_filesystem_class(scheme)
    except ImportError as error:
        wanted = str(error).partition("\n")[0].rstrip(".")
        if error.name == "fsspec":
            wanted = 'fsspec is not installed; install it with: pip install "distributor[dask]"'
        raise StorageError(f'the store "{scheme}://" cannot be used: {wanted}.') from error
    except ValueError as error:
        raise StorageError(
            f'the store "{scheme}://" is not known. Allowed: file, s3, gs, abfs, sftp, and what else fsspec knows.'
        ) from error
    return RemoteStorage(url=url.rstrip("/"))
