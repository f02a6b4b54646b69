"""`supaops serve`: the worker endpoint that pg_net posts to."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from supaops.cli.handlers import ExecutorOption, HandlersOption, SchedulerOption, registry_of
from supaops.cli.observing import (
    LogFormatOption,
    LogLevelOption,
    MetricsHostOption,
    MetricsPortOption,
    announce,
    log_as_asked,
)
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.served import require_served_by
from supaops.worker.executors.engines import Engines
from supaops.worker.sentry.start import start
from supaops.worker.settings import Settings
from supaops.worker.telemetry.log_choice import LogLevel
from supaops.worker.telemetry.observing import MetricsAddress, observe
from supaops.worker.transports.choice import needs_database, open_transport

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


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8787,
    handlers: HandlersOption = None,
    executor: ExecutorOption = "thread",
    scheduler: SchedulerOption = None,
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
    log_as_asked("worker", "serve", log_format, log_level)
    # Here, because the help needs not the extra that these are of.
    from supaops.serving.server import run_server  # noqa: PLC0415
    from supaops.worker.http.app import create_app  # noqa: PLC0415

    where = target(
        env, config, needs=lambda config: {config.worker.secret}, needs_database=needs_database
    )
    require_served_by(where)
    settings = Settings.of(where.config, where.resolved.secrets)
    registry = registry_of(handlers, config, where.config)
    reporter = start(where.config, where.resolved, os.environ)
    transport = open_transport(where.config, settings, where.resolved, where.database_url)
    announce(where, "serve")
    engines = Engines(default=executor, scheduler=scheduler)
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
