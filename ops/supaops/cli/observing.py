"""The options of a process that runs jobs about what it lets others see."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from supaops.cli.options import Target
from supaops.cli.telling import stop_telling
from supaops.cli.verbosity import QUIET, VERBOSE, verbosity
from supaops.db.connect import describe, uses_pooler
from supaops.extras import require
from supaops.worker.telemetry.log_choice import LogFormat, LogLevel

LogFormatOption = Annotated[
    LogFormat | None,
    typer.Option(
        "--log-format",
        envvar="SUPAOPS_LOG_FORMAT",
        metavar="json|text",
        help="How to log; without it text on a terminal, and JSON elsewhere.",
    ),
]
LogLevelOption = Annotated[
    LogLevel,
    typer.Option(
        "--log-level",
        envvar="SUPAOPS_LOG_LEVEL",
        metavar="LEVEL",
        help="What to log from: debug, info, warning or error.",
    ),
]
MetricsPortOption = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        envvar="SUPAOPS_METRICS_PORT",
        metavar="N",
        min=0,
        max=65535,
        help="Serve /metrics, /healthz and /readyz on this port, to everybody who reaches it; "
        "0: a free one. Without it they are not served.",
    ),
]
MetricsHostOption = Annotated[
    str,
    typer.Option(
        "--metrics-host",
        envvar="SUPAOPS_METRICS_HOST",
        metavar="ADDRESS",
        help="Address of the metrics.",
    ),
]

log = logging.getLogger("supaops.worker")


def log_as_asked(extra: str, kind: str, wanted: LogFormat | None, level: LogLevel) -> None:
    """Log to stderr; ``--quiet`` leaves warnings, and ``--verbose`` adds each step.

    Raises: SupaopsError where the extra that the command is of is not installed.
    """
    require(extra, f"supaops {kind}")
    from supaops.worker.telemetry.logs import configure_logging  # noqa: PLC0415  of the extra

    if verbosity.has(QUIET):
        level = max(level, LogLevel.WARNING, key=list(LogLevel).index)
    if verbosity.has(VERBOSE):
        level = LogLevel.DEBUG
        stop_telling()  # or each step were told twice
    configure_logging(wanted, level, is_worker=extra == "worker")


def announce(where: Target, kind: str) -> None:
    """Log which environment this is about, and where its queue is."""
    if found := where.config.worker.transport == "supabase" and where.resolved.data_api:
        log.info("%s %s: the Data API at %s", kind, where.config.environment, found[0])
        return
    log.info("%s %s: %s", kind, where.config.environment, describe(where.database_url))
    if uses_pooler(where.database_url):
        log.info("through a transaction pooler: it works, but port 5432 is the better way")
