"""A sign of life to a monitor outside, by HTTP."""

from channels.ping.ping import Event, Ping, PingError

__all__ = ["Event", "Ping", "PingError"]
