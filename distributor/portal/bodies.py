"""What is posted to us: read up to a limit, as the bytes that a signature is over."""

from urllib.parse import parse_qsl

from fastapi import HTTPException, Request


async def read_body(request: Request, *, largest_bytes: int) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: 413, it is larger than that.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > largest_bytes:
            raise HTTPException(413, f"a request may have at most {largest_bytes} bytes")
    return bytes(body)


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form; of one that is there twice, the last.

    Raises:
        HTTPException: 400, it is no form.
    """
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
    except ValueError as error:
        raise HTTPException(400, "the body is no form") from error
