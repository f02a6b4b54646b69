"""Bring the local stack up, find it, take it down."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import loops, state, supervisor
from supaops.local import server as servers
from supaops.local.account import server_account
from supaops.local.bootstrap import bootstrap
from supaops.local.cluster import ADMIN, OWNER, Cluster, Settings
from supaops.local.layout import Base, Home, make_base, make_sockets
from supaops.local.server import Server
from supaops.local.state import State

Report = Callable[[str], None]

DEFAULT_ENDPOINT = "http://127.0.0.1:8787/api/jobs/run"


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack.

    Shapes: `url` is for role postgres, no superuser; `admin_url` for supabase_admin, a superuser;
    `environment` holds what the YAML's ``env(NAME)`` asks for; `native` names the extensions that
    are real, the others are stand-ins.
    """

    url: str = field(repr=False)
    admin_url: str = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    pg_bin: Path
    server_version: str
    native: frozenset[str]


def up(
    root: Path,
    *,
    report: Report = lambda _: None,
    endpoint: str | None = None,
    durable: bool | None = None,
    reset: bool = False,
) -> Stack:
    """Start the stack of a project, making or mending what is missing.

    Args:    report: told each step in a few words; endpoint: where the worker listens, None for
             what it was, at first `DEFAULT_ENDPOINT`; durable: false for throw-away data, None for
             what it was; reset: begin with an empty database.
    Raises:  LocalStackError with a remedy.
    """
    home = Home.of(root)
    home.make()
    with _locked(home, report):
        if reset:
            _remove(home, report)
        known = _usable(home, report) or _create(home, report)
        known = _with_wishes(known, endpoint, durable)
        known = _start(home, known, report)
        if loops.missing(frozenset(known.native)):
            supervisor.start(root)
        return _stack(known)


def down(root: Path, *, purge: bool = False, report: Report = lambda _: None) -> bool:
    """Stop everything of the stack; return whether anything ran.

    Args:    purge: also delete its data.
    """
    home = Home.of(root)
    if not home.path.is_dir():
        return False
    with _locked(home, report):
        if purge:
            return _remove(home, report)
        return _stop(home, state.read(home.state), report)


def find(root: Path) -> Stack | None:
    """Return the stack of a project if it runs; ask no network."""
    known = state.read(Home.of(root).state)
    if known is None or not known.ready or _cluster(known).pid() is None:
        return None
    return _stack(known)


@contextmanager
def _locked(home: Home, report: Report) -> Iterator[None]:
    with home.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another supaops local command")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _stack(known: State) -> Stack:
    url = known.url(OWNER, known.password)
    return Stack(
        url=url,
        admin_url=known.url(ADMIN, known.admin_password),
        environment={"DATABASE_URL": url, **known.environment},
        pg_bin=Path(known.pg_bin),
        server_version=known.server_version,
        native=frozenset(known.native),
    )


def _cluster(known: State) -> Cluster:
    recorded = Server(Path(known.pg_bin), known.server_version, known.source)
    return Cluster(recorded, server_account(), Base(Path(known.base)))


def _usable(home: Home, report: Report) -> State | None:
    """Return the state to go on with, or None after clearing what an interrupted `up` left."""
    known = state.read(home.state)
    if known is None:
        return None
    if not known.ready:
        report("removing what an interrupted start left behind")
        _remove(home, report)
        return None
    return known


def _create(home: Home, report: Report) -> State:
    """Create a cluster and bootstrap it; leave the server running."""
    server, account = servers.find(), server_account()
    base = make_base(home, account)
    known = State(
        base=str(base.path),
        sockets=str(make_sockets(base, account)),
        pg_bin=str(server.bin),
        server_version=server.version,
        source=server.source,
        native=tuple(sorted(server.native())),
        account=account.name,
        admin_password=state.new_secret(),
        password=state.new_secret(),
        environment={
            "JOB_QUEUE_WORKER_ENDPOINT": DEFAULT_ENDPOINT,
            "JOB_QUEUE_RUNNER_SECRET": state.new_secret(),
        },
    )
    state.write(home.state, known)
    base.vault_key.touch(mode=0o600)
    base.vault_key.write_text(state.new_key() + "\n", encoding="ascii")
    account.own(base.vault_key, 0o600)
    report(f"creating a database cluster with PostgreSQL {server.version} ({server.source})")
    _cluster(known).initialise(known.admin_password)
    return known


def _with_wishes(known: State, endpoint: str | None, durable: bool | None) -> State:  # noqa: FBT001
    environment = dict(known.environment)
    if endpoint is not None:
        environment["JOB_QUEUE_WORKER_ENDPOINT"] = endpoint
    wished = known.durable if durable is None else durable
    return replace(known, environment=environment, durable=wished)


def _start(home: Home, known: State, report: Report) -> State:
    cluster = _cluster(known)
    if cluster.pid() is None:
        report(f"starting PostgreSQL {known.server_version}")
        settings = Settings(
            known.port, Path(known.sockets), frozenset(known.native), durable=known.durable
        )
        known = replace(known, port=cluster.start(settings))
    if not known.ready:
        report("creating Supabase's roles, grants and extensions")
        admin_url = known.url(ADMIN, known.admin_password)
        bootstrap(admin_url, known.password, frozenset(known.native))
        known = replace(known, ready=True)
    state.write(home.state, known)
    return known


def _stop(home: Home, known: State | None, report: Report) -> bool:
    stopped = supervisor.stop(home)
    if known is not None and _cluster(known).pid() is not None:
        report("stopping PostgreSQL")
        stopped = _cluster(known).stop() or stopped
    return stopped


def _remove(home: Home, report: Report) -> bool:
    try:
        known = state.read(home.state)
    except LocalStackError:
        known = None
    stopped = _stop(home, known, report)
    for path in (known.base, known.sockets) if known else (home.path / "server",):
        shutil.rmtree(path, ignore_errors=True)
    home.state.unlink(missing_ok=True)
    return stopped
