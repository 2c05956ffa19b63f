"""`distributor serve`: schedules fire by themselves, the outbox empties itself, and pages tell how it goes."""

from typing import Annotated

import typer

from distributor.cli.options import Config


def serve(
    config: Config = None,
    role: Annotated[str, typer.Option("--role", help="all, scheduler or worker.")] = "all",
    host: Annotated[str, typer.Option("--host", help="Address of the pages; else what config.toml says.")] = "",
    port: Annotated[int | None, typer.Option("--port", help="Port of the pages; 0 takes a free one.")] = None,
    log: Annotated[str, typer.Option("--log", help="json or text, on standard error.")] = "text",
) -> None:
    """Run the service until Ctrl-C or SIGTERM: scheduler, outbox and health pages."""
    from distributor.bootstrap import make_application
    from distributor.errors import UsageError
    from distributor.jobs.bounces import read_bounces, take_bounce
    from distributor.jobs.click_queue import ClickQueue
    from distributor.jobs.incident_desk import LedgerDesk
    from distributor.jobs.serve import Role, Service
    from distributor.jobs.slack_clicks import carry_out_clicks
    from distributor.portal import Served, make_portal, serve_portal
    from distributor.telemetry import LogFormat, set_up_logging

    if role not in set(Role):
        raise UsageError(f'--role: "{role}" is not known. Allowed: {", ".join(Role)}.')
    if log not in set(LogFormat):
        raise UsageError(f'--log: "{log}" is not known. Allowed: {", ".join(LogFormat)}.')
    set_up_logging(LogFormat(log))
    app = make_application(config)
    service = Service(app=app, role=Role(role), read_bounces=read_bounces)
    clicks = ClickQueue(
        folder=app.settings.store.path / "clicks",
        work=lambda body: carry_out_clicks(service.app, LedgerDesk(lambda: service.app), body),
        clock=app.clock,
    )
    portal = make_portal(
        Served(
            app=lambda: service.app,
            troubles=service.state,
            circuits=service.circuits,
            take_bounce=lambda raw: take_bounce(service.app, raw),
            take_click=clicks.put,
        )
    )
    settings = app.settings.service
    service.start()
    clicks.start()
    try:
        serve_portal(portal, host=host or settings.host, port=settings.port if port is None else port)
    finally:
        clicks.stop()
        service.stop()
