"""Where Slack posts clicks: believed by its signature, answered at once, worked on afterwards."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from channels.slack import is_from_slack
from distributor.clock import Clock
from distributor.portal.bodies import read_body

_LARGEST_BYTES = 100_000  # a click carries the message that it is on


def slack_routes(signing_secret: str, clock: Clock, take_click: Callable[[bytes], bool]) -> APIRouter:
    """Return POST /slack/interactivity.

    Args:
        signing_secret: Of the app.
        clock: A signature holds for five minutes.
        take_click: Keeps a request until it is worked on; False where too many wait, which Slack shows as an error.
    """
    routes = APIRouter()

    @routes.post("/slack/interactivity")
    async def post_click(
        request: Request,
        x_slack_request_timestamp: Annotated[str, Header()] = "",
        x_slack_signature: Annotated[str, Header()] = "",
    ) -> Response:
        body = await read_body(request, largest_bytes=_LARGEST_BYTES)
        is_genuine = is_from_slack(
            body,
            timestamp=x_slack_request_timestamp,
            signature=x_slack_signature,
            signing_secret=signing_secret,
            now=clock.now(),
        )
        if not is_genuine:
            raise HTTPException(401, "the signature is missing, wrong or too old")
        if not await run_in_threadpool(take_click, body):
            raise HTTPException(503, "too many clicks wait")
        return Response(status_code=200)

    return routes
