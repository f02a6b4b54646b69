"""A worker for the smoke test of `supaops bootstrap`, where a new project has none yet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from supaops.cli.console import comment, say
from supaops.cli.options import Target
from supaops.db.connect import Connection
from supaops.db.smoke import others_wait
from supaops.extras import require
from supaops.jobs.smoke import ticks
from supaops.serving.vacancy import vacant
from supaops.worker.builtin import SMOKE


@contextmanager
def stand_in(conn: Connection, where: Target) -> Iterator[None]:
    """Have a worker answer until the block ends, where a local stack has none.

    Raises: SupaopsError where the packages of a worker are not installed.
    """
    listener = _vacant(conn, where)
    if listener is None:
        yield
        return
    require("worker", "a worker for the smoke test")
    # Here, because most environments have a worker, and need not the extra that this is of.
    from supaops.worker.standin import standing_in  # noqa: PLC0415

    address = "{}:{}".format(*listener.getsockname()[:2])
    comment(f"no worker listens on {address}: one of supaops' own does the smoke job")
    with standing_in(where.config, where.resolved, where.database_url, listener):
        yield
    say(f"start yours: supaops serve --env {where.config.environment}", "yellow")


def _vacant(conn: Connection, where: Target) -> socket.socket | None:
    """Return where to listen; None where that is not called for.

    A job that waits for its own worker would lose an attempt to one that has no handler for it.
    """
    config = where.config
    its_own = config.smoke.task_type == SMOKE and ticks(config)
    if not (where.is_local_stack and its_own) or others_wait(conn, config):
        return None
    return vacant(where.resolved.secrets[config.worker.endpoint].get_secret_value())
