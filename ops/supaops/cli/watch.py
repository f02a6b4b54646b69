"""`supaops watch`: run the checks again and again, and let others know."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from supaops.checks.catalogue import selected
from supaops.checks.changes import Change
from supaops.checks.exit import FailOn, exit_status
from supaops.checks.measures import NOTHING, measures_of
from supaops.checks.round import Round
from supaops.checks.run import run_checks
from supaops.checks.sources import Kept
from supaops.checks.worker.facts import CALLS
from supaops.cli.console import comment, say, show
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, Target, duration
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.subject import Subject, subject
from supaops.db.connect import Connection, connect
from supaops.errors import ConfigError, SupaopsError, UsageError
from supaops.plan import Desired
from supaops.report.changes import (
    change_json,
    change_lines,
    slow_json,
    slow_line,
    start_json,
    start_line,
)
from supaops.report.prometheus import CONTENT_TYPE
from supaops.watch.heartbeat import Heartbeat
from supaops.watch.latest import Latest
from supaops.watch.publish import Publisher
from supaops.watch.rounds import Seen, Watcher, rounds
from supaops.watch.server import serving

LISTEN = "127.0.0.1:9787"
_LAST_PORT = 65_535

IntervalOption = Annotated[
    str | None,
    typer.Option(
        "--interval",
        metavar="DURATION",
        help="From one round to the next; without it `watch.interval`.",
    ),
]
ListenOption = Annotated[
    str,
    typer.Option(
        "--listen", metavar="HOST:PORT", help="Where /metrics and /healthz are; port 0: a free one."
    ),
]
OnceOption = Annotated[
    bool, typer.Option("--once", help="One round, no server; exits as `verify` does.")
]


def watch(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    interval: IntervalOption = None,
    listen: ListenOption = LISTEN,
    output: FormatOption = Format.TEXT,
    once: OnceOption = False,
) -> None:
    """Run the checks again and again, and tell what turns.

    Serves /metrics for Prometheus and /healthz, and calls `watch.heartbeat`, until SIGTERM or
    SIGINT. Each round saves pg_net's answers in the ledger, and changes nothing else.
    """
    host, port = address(listen)
    interval_s = duration(interval, "--interval").total_seconds() if interval else None
    where, who, desired = _watched(env, config)
    seconds = interval_s or where.config.watch.interval.total_seconds()
    where.announce("watch")
    with ExitStack() as stack:
        watcher = _watcher(where, who, desired)
        stack.callback(watcher.close)
        beats = stack.enter_context(_heartbeat(where))
        latest = Latest(seconds, CONTENT_TYPE)
        telling = Publisher(where.config, seconds, latest, _shower(output, seconds), beats)
        if once:
            done = watcher.look()
            telling.publish(done)
            raise typer.Exit(exit_status(done.findings, FailOn.WARNING, strict=False))
        url = stack.enter_context(serving(latest, host, port))
        comment(f"a round each {seconds:g} s; metrics at {url}/metrics")
        _until_told(telling.publish, rounds(watcher.look, seconds))


def address(listen: str) -> tuple[str, int]:
    """Return the parts of ``host:port``; an IPv6 address stands in brackets.

    Raises: UsageError.
    """
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= _LAST_PORT):
        raise UsageError("expected HOST:PORT", place="--listen", hint=f"such as {LISTEN}")
    return host, int(port)


def _watched(env: str, path: Path) -> tuple[Target, Subject, Desired]:
    """Return what to look at, which must at least be known: nobody reads a daemon's findings of it.

    Raises: SupaopsError for a YAML that is not valid, and where there is no way to the database.
    """
    who = subject(env, path)
    if isinstance(who.declared, ConfigError):
        raise who.declared
    if isinstance(who.where, SupaopsError):
        raise who.where
    return who.where, who, who.declared


def _watcher(where: Target, who: Subject, desired: Desired) -> Watcher:
    checks = selected((), who.left_out)
    debug = bool(os.environ.get("SUPAOPS_DEBUG"))
    kept = Kept(CALLS, where.config.watch.worker_interval.total_seconds())
    run = partial(
        run_checks,
        declared=desired,
        checks=checks,
        missing=who.missing,
        debug=debug,
        kept=kept,
    )

    def see(conn: Connection | SupaopsError) -> Seen:
        taken = [NOTHING]
        findings = run(conn, beside=lambda sources: taken.append(measures_of(sources)))
        return findings, taken[-1]

    return Watcher(partial(connect, where.database_url, application_name="supaops watch"), see)


@contextmanager
def _heartbeat(where: Target) -> Iterator[Heartbeat | None]:
    url = where.resolved.heartbeat_url
    if url is None:
        yield None
        return
    beats = Heartbeat(url, lambda text: say(text, "yellow"))
    try:
        yield beats
    finally:
        beats.close()


def _until_told(publish: Callable[[Round], None], endless: Iterator[Round]) -> None:
    """Go on until SIGTERM, which may come in the middle of a round."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    with suppress(_Terminated):
        for done in endless:
            publish(done)
    comment("ended")


class _Terminated(KeyboardInterrupt):
    """SIGTERM: the driver cancels what it waits for, as it does for Ctrl-C."""


def _terminate(number: int, frame: object) -> NoReturn:
    del number, frame
    raise _Terminated


def _shower(output: Format, interval_s: float) -> Callable[[Round, list[Change]], None]:
    """Return what prints a round: the verdict of the first, then what turned."""
    told = {"first": False, "slow": False}

    def shown(done: Round, turned: Sequence[Change]) -> None:
        is_slow = done.duration_s > interval_s
        slow_news, told["slow"] = is_slow and not told["slow"], is_slow
        first_news, told["first"] = not told["first"], True
        printing = _print_json if output is Format.JSON else _print_text
        printing(done, turned, first=first_news, slow_since=interval_s if slow_news else None)

    return shown


def _print_text(
    done: Round, turned: Sequence[Change], *, first: bool, slow_since: float | None
) -> None:
    if first:
        show([start_line(done.at, done.findings)])
    for each in turned:
        show(change_lines(done.at, each))
    if slow_since is not None:
        show([slow_line(done.at, done.duration_s, slow_since)])


def _print_json(
    done: Round, turned: Sequence[Change], *, first: bool, slow_since: float | None
) -> None:
    events = [start_json(done.at, done.findings)] if first else []
    events += [change_json(done.at, each) for each in turned]
    if slow_since is not None:
        events.append(slow_json(done.at, done.duration_s, slow_since))
    for event in events:
        typer.echo(json.dumps(event, ensure_ascii=False))
