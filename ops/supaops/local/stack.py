"""Bring the local stack up, find it, take it down."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import build, choice, state, supervisor
from supaops.local.bootstrap import bootstrap
from supaops.local.build import Report, cluster_of
from supaops.local.gateway import tokens
from supaops.local.layout import Base, Home, make_sockets
from supaops.local.ports import free_port, is_free
from supaops.local.settings import ADMIN, OWNER, Settings
from supaops.local.state import State


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack.

    Shapes: `url` is for role postgres, no superuser; `admin_url` for supabase_admin, a superuser;
    `environment` holds what the YAML's ``env(NAME)`` asks for; `native` names the extensions that
    are real, the others are stand-ins; `api_url` is its Data API's, as Supabase's clients take it.
    """

    url: str = field(repr=False)
    admin_url: str = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    pg_bin: Path
    server_version: str
    native: frozenset[str]
    api_url: str = ""
    jwt_secret: str = field(default="", repr=False)


def up(
    root: Path,
    *,
    report: Report = lambda _: None,
    endpoint: str | None = None,
    durable: bool | None = None,
    reset: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> Stack:
    """Start the stack of a project, making or mending what is missing.

    Args:    report: told each step in a few words; endpoint: where the worker listens, None for
             what it was, at first `DEFAULT_ENDPOINT`; durable: false for throw-away data, None for
             what it was; reset: begin with an empty database; parameters: of postgresql.conf, over
             the stack's own, from the next start on; None for what they were.
    Raises:  LocalStackError with a remedy.
    """
    home = Home.of(root)
    _make(home)
    with _locked(home, report) as lock:
        if reset:
            build.remove(home, report)
        known = _usable(home, report) or build.create(
            home, durable=durable is not False, lock=lock, report=report
        )
        known = _with_wishes(known, endpoint, durable, parameters)
        known = with_api(home, _with_control_room(_running(home, known, report)))
        supervisor.start(home, root.resolve())
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
            return build.remove(home, report)
        return build.stop(home, state.read(home.state), report)


def find(root: Path) -> Stack | None:
    """Return the stack of a project if it runs; connect to nothing."""
    known = state.read(Home.of(root).state)
    if known is None or not known.ready or cluster_of(known).pid() is None:
        return None
    return _stack(known)


def _make(home: Home) -> None:
    try:
        home.make()
    except OSError as error:
        raise state.inaccessible(home.path.parent, error) from error


@contextmanager
def _locked(home: Home, report: Report) -> Iterator[int]:
    try:
        file = home.lock.open("w")
    except OSError as error:
        raise state.inaccessible(home.lock, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another supaops local command")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _stack(known: State) -> Stack:
    url = known.url(OWNER, known.password)
    return Stack(
        url=url,
        admin_url=known.url(ADMIN, known.admin_password),
        environment={"DATABASE_URL": url, "SUPABASE_URL": known.api_url, **known.environment},
        pg_bin=Path(known.pg_bin),
        server_version=known.server_version,
        native=frozenset(known.native),
        api_url=known.api_url,
        jwt_secret=known.jwt_secret,
    )


def _usable(home: Home, report: Report) -> State | None:
    """Return the state to go on with, or None after clearing what is no whole stack."""
    known = state.read(home.state)
    if known is None:
        return None
    if not known.ready:
        report("removing what an interrupted start left behind")
    elif cluster_of(known).major_on_disk() is None:
        _refuse_moved(home, known)
        report(f"the data directory is gone: {Base(Path(known.base)).data}")
    else:
        return known
    build.remove(home, report)
    return None


def _refuse_moved(home: Home, known: State) -> None:
    """Refuse a project that was moved: paths are in the configuration and in Vault's functions."""
    if (home.server / "data" / "PG_VERSION").exists():
        old = Path(known.base).parent.parent.parent
        raise LocalStackError(
            f"the project was moved from {old}, and its local data cannot move along",
            place=str(home.server),
            hint="move it back, or start with an empty database: supaops local up --reset",
        )


def _with_wishes(
    known: State,
    endpoint: str | None,
    durable: bool | None,  # noqa: FBT001
    parameters: Mapping[str, str] | None,
) -> State:
    environment = dict(known.environment)
    if endpoint is not None:
        environment["JOB_QUEUE_WORKER_ENDPOINT"] = endpoint
    return replace(
        known,
        environment=environment,
        durable=known.durable if durable is None else durable,
        parameters=known.parameters if parameters is None else dict(parameters),
    )


def _running(home: Home, known: State, report: Report) -> State:
    """Return the state of the running server, started and bootstrapped when needed."""
    cluster = cluster_of(known)
    if cluster.pid() is None:
        known = _start(home, known, report)
    elif choice.another_is_wanted():
        choice.choose(known, cluster)
    if not known.ready:
        known = _bootstrap(home, known, report)
    state.write(home.state, known)
    return known


def _start(home: Home, known: State, report: Report) -> State:
    supervisor.stop(home)  # One of an earlier server would go on with an old port.
    cluster = cluster_of(known)
    cluster = replace(cluster, server=choice.choose(known, cluster))
    if not Path(known.sockets).is_dir():
        known = replace(known, sockets=str(make_sockets(cluster.base, cluster.account)))
    report(f"starting PostgreSQL {cluster.server.version}")
    settings = Settings(
        known.port,
        Path(known.sockets),
        frozenset(known.native),
        durable=known.durable,
        parameters=known.parameters,
    )
    return replace(
        known,
        port=cluster.start(settings),
        pg_bin=str(cluster.server.bin),
        server_version=cluster.server.version,
        source=cluster.server.source,
    )


def _with_control_room(known: State) -> State:
    """Return the state with what the control room needs; that of an earlier version has none."""
    made = {
        "SUPAOPS_DASHBOARD_KEY": state.new_key(),
        "SUPAOPS_DASHBOARD_PASSWORD": state.new_secret(),
    }
    return replace(known, environment={**made, **known.environment})


def with_api(home: Home, known: State) -> State:
    """Return the state with the Data API's keys, and with a port that it listens on or can."""
    if not known.jwt_secret:  # of an earlier version, whose supervisor knows no API
        supervisor.stop(home)
        known = replace(known, jwt_secret=state.new_secret())
        known = replace(known, environment={**known.environment, **_keys(known.jwt_secret)})
    if not supervisor.running(home):
        port = known.api_port
        known = replace(known, api_port=port if port and is_free(port) else free_port())
    state.write(home.state, known)
    return known


def _keys(secret: str) -> dict[str, str]:
    return {
        "SUPABASE_ANON_KEY": tokens.key("anon", secret),
        "SUPABASE_SERVICE_ROLE_KEY": tokens.key("service_role", secret),
    }


def _bootstrap(home: Home, known: State, report: Report) -> State:
    report("creating Supabase's roles, grants and extensions")
    try:
        admin_url = known.url(ADMIN, known.admin_password)
        bootstrap(admin_url, known.password, frozenset(known.native))
    except BaseException:
        build.stop(home, known, report)
        raise
    return replace(known, ready=True)
