"""Tell a dead man's switch that a run began, ended well, or failed."""

from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

_TIMEOUT_S = 10.0


class Event(StrEnum):
    start = "start"
    success = "success"
    fail = "fail"


class PingError(Exception):
    """The monitor could not be told. Nothing depends on it but the monitor's own alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A monitor's address.

    ``url`` may hold {event}: "https://monitor.example/abc/{event}". Without it only a success is told, since that is
    what such a monitor waits for.
    """

    url: str

    def tell(self, event: Event, *, what: str) -> None:
        """Send the event, with a line on what it is about.

        Raises:
            PingError: There was no answer, or not a good one.
        """
        if "{event}" not in self.url and event is not Event.success:
            return
        url = self.url.replace("{event}", quote(event))
        request = Request(url, data=what.encode(), method="POST", headers={"Content-Type": "text/plain"})
        try:
            with build_opener(HTTPRedirectHandler).open(request, timeout=_TIMEOUT_S) as answer:
                answer.read(1024)
        except (URLError, HTTPException, OSError) as error:
            raise PingError(f"the monitor could not be told of {event}: {error}.") from error
