"""Where a mail server posts messages that came back."""

import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from distributor.portal.bodies import read_body

_LARGEST_BYTES = 2_000_000  # a report carries at most the message that it is about


def bounce_routes(token: str, take_bounce: Callable[[bytes], int]) -> APIRouter:
    """Return POST /bounces: the body is one message as it came, the token stands in the Authorization header."""
    routes = APIRouter()

    @routes.post("/bounces")
    async def post_bounce(request: Request, authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "the token is missing or wrong", {"WWW-Authenticate": "Bearer"})
        body = await read_body(request, largest_bytes=_LARGEST_BYTES)
        return {"bounces": await run_in_threadpool(take_bounce, body)}

    return routes
