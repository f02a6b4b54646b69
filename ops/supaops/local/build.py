"""Create and delete a stack's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from supaops.local import choice, process, state, supervisor
from supaops.local import server as servers
from supaops.local.account import Account, server_account
from supaops.local.cluster import Cluster
from supaops.local.layout import Base, Home, delete, make_base, make_sockets
from supaops.local.state import State

Report = Callable[[str], None]

DEFAULT_ENDPOINT = "http://127.0.0.1:8787/api/jobs/run"


def cluster_of(known: State) -> Cluster:
    """Return the cluster that a state speaks of."""
    return Cluster(choice.recorded(known), server_account(known.account), Base(Path(known.base)))


def create(home: Home, *, durable: bool, lock: int, report: Report) -> State:
    """Create an empty cluster and remember it; nothing runs yet."""
    account = server_account()
    server = servers.find()
    delete(home.server)
    base = make_base(home, account)
    server = choice.within_reach(server, account, base)
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
        durable=durable,
    )
    state.write(home.state, known)
    _write_vault_key(base, account)
    report(f"creating a database cluster with PostgreSQL {server.version}")
    cluster_of(known).initialise(known.admin_password, durable=durable, lock=lock)
    return known


def stop(home: Home, known: State | None, report: Report) -> bool:
    """Stop the stand-ins, then the server; return whether anything ran."""
    stopped = supervisor.stop(home)
    if known is not None and cluster_of(known).pid() is not None:
        report("stopping PostgreSQL")
        stopped = cluster_of(known).stop() or stopped
    return stopped


def remove(home: Home, report: Report) -> bool:
    """Stop everything and delete it, whatever state it is in; return whether anything ran."""
    try:
        known = state.read(home.state)
    except state.Damaged:
        return _remove_unknown(home, report)
    stopped = stop(home, known, report)
    for path in (home.server, *((Path(known.base), Path(known.sockets)) if known else ())):
        delete(path)
    _forget(home)
    return stopped


def _forget(home: Home) -> None:
    home.state.unlink(missing_ok=True)
    home.supervisor_log.unlink(missing_ok=True)


def _remove_unknown(home: Home, report: Report) -> bool:
    """Do the same without a state: the account is the one that owns the data."""
    stopped = supervisor.stop(home)
    base = Base(home.server.resolve())
    if process.postmaster(base.data) is not None:
        report("stopping PostgreSQL")
        account = server_account(base.data.owner())
        server = choice.within_reach(servers.find(), account, base)
        stopped = Cluster(server, account, base).stop() or stopped
    delete(home.server)
    _forget(home)
    return stopped


def _write_vault_key(base: Base, account: Account) -> None:
    base.vault_key.touch(mode=0o600)
    base.vault_key.write_text(state.new_key(), encoding="ascii")
    account.own(base.vault_key, 0o600)
