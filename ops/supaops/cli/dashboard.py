"""`supaops dashboard`: the control room."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.cli.observing import LogFormatOption, LogLevelOption
from supaops.cli.options import ConfigOption, EnvOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.clock import utc_now
from supaops.db.connect import describe
from supaops.db.lending import Lender
from supaops.web.access.gate import Gate
from supaops.web.access.settings import AccessSettings
from supaops.web.app import create_app
from supaops.web.site import Site
from supaops.worker.http.server import run_server
from supaops.worker.telemetry.logs import LogLevel, configure_logging

_CONNECTIONS = 5
_PATIENCE = timedelta(seconds=3)

HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65_535, help="The port; 0: a free one.")
]


def dashboard(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8788,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    log_format: LogFormatOption = None,
    log_level: LogLevelOption = LogLevel.INFO,
) -> None:
    """Serve the control room, until SIGTERM or SIGINT.

    It is closed until `dashboard` in the YAML says who may come in.
    """
    configure_logging(log_format, log_level)
    where = target(env, config)
    app = create_app(site_of(where))
    where.announce("dashboard")
    run_server(app, host=host, port=port, on_stop=app.state.live.stop)


def site_of(where: Target) -> Site:
    """Return the control room of an environment.

    Raises: SupaopsError where nobody may come in, or a value is missing.
    """
    access = AccessSettings.of(where.config, where.resolved)
    database = Lender(
        where.database_url,
        size=_CONNECTIONS,
        application_name="supaops dashboard",
        patience=_PATIENCE,
    )
    return Site(
        desired=where.desired,
        database=database,
        access=access,
        gate=Gate(access),
        clock=utc_now,
        target=describe(where.database_url),
    )
