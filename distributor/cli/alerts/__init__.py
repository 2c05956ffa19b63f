"""`distributor alerts`, a module for each part of it."""

from distributor.cli.alerts.group import group

__all__ = ["group"]
