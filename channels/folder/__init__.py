"""Messages as .eml files in a folder that people and mail programs can open."""

from channels.folder.channel import FolderChannel

__all__ = ["FolderChannel"]
