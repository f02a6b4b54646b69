"""`supaops worker`: a long-lived worker that nobody posts to."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import SecretStr

from supaops.cli.console import show, write
from supaops.cli.handlers import ExecutorOption, HandlersOption, SchedulerOption, registry_of
from supaops.cli.observing import (
    LogFormatOption,
    LogLevelOption,
    MetricsHostOption,
    MetricsPortOption,
    announce,
    log_as_asked,
)
from supaops.cli.options import (
    ConfigOption,
    EnvOption,
    Format,
    FormatOption,
    Target,
    duration,
    target,
)
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.served import require_served_by
from supaops.config import Config
from supaops.config.declared import undeclared_queue
from supaops.report.drained import drained_json, drained_line, together
from supaops.worker.executors.engines import Engines
from supaops.worker.handlers import Handlers
from supaops.worker.sentry.start import start
from supaops.worker.settings import Settings
from supaops.worker.streaming.lasting import Drained, Duty, LastingWorker, run_worker
from supaops.worker.streaming.stream import Bounds
from supaops.worker.streaming.supervisor import Supervisor, without_metrics_port
from supaops.worker.telemetry.log_choice import LogLevel
from supaops.worker.telemetry.observing import MetricsAddress, observe, observe_processes
from supaops.worker.transports.choice import needs_database, open_transport

# Nobody calls this worker, so it has no use for the secret that a caller would need.
_NO_CALLER = SecretStr("none")

ConcurrencyOption = Annotated[
    int | None,
    typer.Option(
        "--concurrency",
        metavar="N",
        min=1,
        max=1000,
        help="Jobs at once in a process; else worker.concurrency, else worker.batch_limit.",
    ),
]
BatchOption = Annotated[
    int | None,
    typer.Option(
        "--batch",
        metavar="N",
        min=1,
        max=10_000,
        help="Jobs claimed and reported in one call; else as many as --concurrency.",
    ),
]
QueuesOption = Annotated[
    list[str] | None,
    typer.Option("--queues", metavar="NAME,...", help="Declared queues to claim from; else all."),
]
ProcessesOption = Annotated[
    int,
    typer.Option(
        "--processes", metavar="N", min=1, max=256, help="Processes; one that dies is replaced."
    ),
]
GraceOption = Annotated[
    str,
    typer.Option(
        "--grace", metavar="T", help="What running jobs get at a stop before they are given back."
    ),
]
DrainOption = Annotated[
    bool,
    typer.Option("--drain", "--once", help="End when no job is ready, and print the counts."),
]


def worker(
    *,
    handlers: HandlersOption = None,
    executor: ExecutorOption = "thread",
    scheduler: SchedulerOption = None,
    concurrency: ConcurrencyOption = None,
    batch: BatchOption = None,
    queues: QueuesOption = None,
    processes: ProcessesOption = 1,
    grace: GraceOption = "15s",
    drain: DrainOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    log_format: LogFormatOption = None,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPortOption = None,
    metrics_host: MetricsHostOption = "127.0.0.1",
    output: FormatOption = Format.TEXT,
) -> None:
    """Run jobs without HTTP, until SIGTERM or SIGINT.

    It hears of new jobs by NOTIFY where the connection carries it, and looks for them every
    worker.poll else. With --drain it ends when no job is ready.
    """
    log_as_asked("worker", "worker", log_format, log_level)
    grace_time = duration(grace, "--grace")
    where = target(env, config, needs=lambda _: (), needs_database=needs_database)
    require_served_by(where)
    served = _queues(where.config, queues)
    address = MetricsAddress(metrics_host, metrics_port)
    if processes > 1:
        announce(where, "worker")
        _supervise(processes, address, output if drain else None)
        return
    at_once = concurrency or where.config.worker.concurrency or where.config.worker.batch_limit
    bounds = Bounds(at_once, batch or at_once, where.config.queue.lease, served)
    duty = _duty(where.config, bounds, grace_time, drain=drain)
    registry = registry_of(handlers, config, where.config)
    engines = Engines(default=executor, scheduler=scheduler)
    drained = _work(where, duty, registry, engines, address)
    if drain:
        _show(drained.tally.counts(), drained.seconds, output)


def _work(
    where: Target, duty: Duty, registry: Handlers, engines: Engines, address: MetricsAddress
) -> Drained:
    settings = Settings.of(where.config, {where.config.worker.secret: _NO_CALLER})
    reporter = start(where.config, where.resolved, os.environ)
    settings = replace(settings, batch_limit=duty.bounds.concurrency)
    transport = open_transport(where.config, settings, where.resolved, where.database_url)
    announce(where, "worker")
    with observe(
        address, kind="worker", handlers=registry, declared=where.config.queue.task_types
    ) as observer:
        worker = LastingWorker(
            transport, registry, duty, engines=engines, reporter=reporter, observer=observer
        )
        return run_worker(worker)


def _duty(config: Config, bounds: Bounds, grace: timedelta, *, drain: bool) -> Duty:
    interval = config.worker.wake_on_enqueue or timedelta()
    return Duty(bounds, interval, config.worker.poll, grace, until_empty=drain)


def _supervise(processes: int, address: MetricsAddress, output: Format | None) -> None:
    """Run this very command in several processes; a repeated option replaces an earlier one."""
    arguments = [*without_metrics_port(sys.argv[1:]), "--processes", "1"]
    if output is not None:
        arguments += ["--format", Format.JSON]
    with observe_processes(address) as shared:
        supervisor = Supervisor(
            arguments,
            processes,
            variables=shared.variables,
            ended=shared.ended,
            reads=output is not None,
        )
        status = asyncio.run(supervisor.run())
    if output is not None and status == 0:
        _show(*together(supervisor.results), output)
    raise typer.Exit(status)


def _show(counts: dict[str, int], seconds: float, output: Format) -> None:
    if output is Format.JSON:
        write(drained_json(counts, seconds))
    else:
        show([drained_line(counts, seconds)])


def _queues(config: Config, given: list[str] | None) -> tuple[str, ...] | None:
    """Return whose jobs to claim; None for those of every queue.

    Raises: UsageError for a queue that is not declared: a worker of it would wait for ever.
    """
    names = [name.strip() for each in given or [] for name in each.split(",") if name.strip()]
    for name in names:
        if problem := undeclared_queue(config, name, "--queues"):
            raise problem
    return tuple(names) or None
