"""Requests to Slack, one each: nothing is repeated here, because a message repeated is a message twice."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from channels.slack.answers import broken, refusal
from channels.slack.config import SlackConfig
from channels.verdict import Effect

# The library writes whole messages and addresses to its log.
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.setLevel(logging.CRITICAL + 1)


class Wire:
    """The Web API, with errors in the words of this package."""

    def __init__(self, config: SlackConfig) -> None:
        self.api = WebClient(
            token=config.token,
            base_url=config.base_url,
            timeout=config.timeout_s,
            # The library's own handlers repeat a request when the connection breaks.
            retry_handlers=[],
            logger=QUIET,
        )

    def ask(self, delivery_key: str, effect: Effect, request: Callable[[], SlackResponse]) -> SlackResponse:
        """Return the answer to *request*.

        Raises:
            PermanentDeliveryError: Slack refused it for good.
            TransientDeliveryError: Another try may succeed.
            UnconfirmedDeliveryError: A request that writes may have been carried out.
        """
        try:
            return request()
        except SlackApiError as error:
            raise refusal(delivery_key, effect, error) from error
        except (OSError, HTTPException, UnicodeDecodeError) as error:
            raise broken(delivery_key, effect, error) from error

    def walk(self, delivery_key: str, page: Callable[[str], SlackResponse], what: str) -> Iterator[dict[str, Any]]:
        """Give the entries of all pages, called *what* in the answers; raises what ``ask`` raises.

        Source: docs.slack.dev/apis/web-api/pagination: a cursor that is empty ends it.
        """
        cursor = ""
        while True:
            answer = self.ask(delivery_key, Effect.read, partial(page, cursor))
            yield from answer[what]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return
