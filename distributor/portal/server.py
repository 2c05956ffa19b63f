"""The web server around the pages."""

import uvicorn
from fastapi import FastAPI

from distributor.errors import RunError
from distributor.telemetry import log_event


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.servers:
            host, port, *_ = self.servers[0].sockets[0].getsockname()
            log_event("pages_served", url=f"http://{host}:{port}")


def serve_portal(portal: FastAPI, *, host: str, port: int) -> None:
    """Serve the pages until Ctrl-C or SIGTERM.

    Raises:
        RunError: The address is taken, or cannot be listened on.
    """
    server = _Server(uvicorn.Config(portal, host=host, port=port, log_config=None, access_log=False))
    try:
        server.run()
    except SystemExit as error:  # uvicorn has logged why, and ends the process
        raise RunError(
            f"the pages cannot be served on {host}:{port}. Name a free --port, or stop what uses it."
        ) from error
