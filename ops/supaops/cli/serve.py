"""`supaops serve`: the worker endpoint that pg_net posts to."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.worker.app import create_app
from supaops.worker.loading import load_handlers
from supaops.worker.sentry.start import start
from supaops.worker.server import configure_logging, run_server
from supaops.worker.settings import Settings
from supaops.worker.transports.choice import needs_database, open_transport

HANDLERS_VARIABLE = "SUPAOPS_HANDLERS"

HostOption = Annotated[
    str,
    typer.Option("--host", envvar="SUPAOPS_HOST", metavar="ADDRESS", help="Address to listen on."),
]
PortOption = Annotated[
    int,
    typer.Option(
        "--port", envvar="SUPAOPS_PORT", metavar="N", min=0, max=65535, help="Port; 0: a free one."
    ),
]
HandlersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--handlers",
        metavar="MODULE",
        help="Module with a registry of handlers, as MODULE or MODULE:ATTRIBUTE; repeatable. "
        f"Without it: ${HANDLERS_VARIABLE}, separated by commas.",
    ),
]


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8787,
    handlers: HandlersOption = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Run the worker that pg_net posts to.

    It claims and runs jobs at each post, until SIGTERM or SIGINT.
    """
    configure_logging()
    where = target(
        env, config, needs=lambda config: {config.worker.secret}, needs_database=needs_database
    )
    settings = Settings.of(where.config, where.resolved.secrets)
    registry = load_handlers(handlers or _from_environment(), folder=project_root(config))
    reporter = start(where.config, where.resolved, os.environ)
    transport = open_transport(where.config, settings, where.resolved, where.database_url)
    where.announce("serve")
    app = create_app(settings, transport, registry, reporter=reporter)
    run_server(app, host=host, port=port)


def _from_environment() -> list[str]:
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    return [name.strip() for name in names if name.strip()]
