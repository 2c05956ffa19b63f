"""Where files are kept: a folder of this machine, or storage that several machines share."""

from distributor.storage.errors import StorageError
from distributor.storage.folder import FolderStorage
from distributor.storage.opening import open_storage
from distributor.storage.port import Storage, StoredFile

__all__ = ["FolderStorage", "Storage", "StorageError", "StoredFile", "open_storage"]
