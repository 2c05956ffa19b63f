"""Where the provider of text messages posts what became of them, and what people answer."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from channels.sms import (
    MESSAGE_PARAMETER,
    NO_ANSWER,
    Inbound,
    SmsStatus,
    UnreadableCallbackError,
    is_from_provider,
    parse_inbound,
    parse_status,
)
from distributor.portal.bodies import read_body, read_form

_LARGEST_BYTES = 64_000  # a text message has at most 1600 letters


def sms_routes(
    public_url: str,
    auth_token: str,
    *,
    take_status: Callable[[SmsStatus], object],
    take_inbound: Callable[[Inbound], object],
) -> APIRouter:
    """Return POST /sms/status and POST /sms/inbound.

    Args:
        public_url: How the provider reaches us: its signature is over the address as it was called.
        auth_token: Of the account.
        take_status: Records what became of a message.
        take_inbound: Does what somebody asks for.
    """
    routes = APIRouter()

    async def genuine(request: Request, signature: str) -> Mapping[str, str]:
        form = read_form(await read_body(request, largest_bytes=_LARGEST_BYTES))
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{public_url}{request.url.path}{query}"
        if not is_from_provider(url, form, signature=signature, auth_token=auth_token):
            raise HTTPException(403, "the signature is missing or wrong")
        return form

    @routes.post("/sms/status")
    async def post_status(request: Request, x_twilio_signature: Annotated[str, Header()] = "") -> Response:
        form = await genuine(request, x_twilio_signature)
        try:
            status = parse_status(form, message_id=request.query_params.get(MESSAGE_PARAMETER, ""))
        except UnreadableCallbackError as error:
            raise HTTPException(400, str(error)) from error
        if status is not None:
            await run_in_threadpool(take_status, status)
        return Response(status_code=204)

    @routes.post("/sms/inbound")
    async def post_inbound(request: Request, x_twilio_signature: Annotated[str, Header()] = "") -> Response:
        form = await genuine(request, x_twilio_signature)
        try:
            message = parse_inbound(form)
        except UnreadableCallbackError as error:
            raise HTTPException(400, str(error)) from error
        await run_in_threadpool(take_inbound, message)
        return Response(NO_ANSWER, media_type="text/xml")

    return routes
