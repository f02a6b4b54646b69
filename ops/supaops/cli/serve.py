"""`supaops serve`: the worker endpoint that pg_net posts to."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from supaops.cli.observing import (
    LogFormatOption,
    LogLevelOption,
    MetricsHostOption,
    MetricsPortOption,
    announce,
)
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.worker.app import create_app
from supaops.worker.declared import declared
from supaops.worker.executors.engines import SCHEDULER_VARIABLE, Engines
from supaops.worker.loading import load_handlers
from supaops.worker.logs import LogLevel, configure_logging
from supaops.worker.observing import MetricsAddress, observe
from supaops.worker.sentry.start import start
from supaops.worker.server import run_server
from supaops.worker.settings import Settings
from supaops.worker.transports.database import DatabaseTransport

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
    log_format: LogFormatOption = None,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
) -> None:
    """Run the worker that pg_net posts to.

    It claims and runs jobs at each post, until SIGTERM or SIGINT.
    """
    configure_logging(log_format, log_level)
    where = target(env, config, needs=lambda config: {config.worker.secret})
    settings = Settings.of(where.config, where.resolved.secrets)
    loaded = load_handlers(handlers or _from_environment(), folder=project_root(config))
    registry = declared(loaded, where.config)
    reporter = start(where.config, where.resolved, os.environ)
    announce(where, "serve")
    transport = DatabaseTransport(settings, where.database_url)
    engines = Engines(scheduler=os.environ.get(SCHEDULER_VARIABLE))
    with observe(
        MetricsAddress(metrics_host, metrics_port),
        kind="serve",
        handlers=registry,
        declared=where.config.queue.task_types,
    ) as observer:
        app = create_app(
            settings, transport, registry, reporter=reporter, observer=observer, engines=engines
        )
        run_server(app, host=host, port=port)


def _from_environment() -> list[str]:
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    return [name.strip() for name in names if name.strip()]
