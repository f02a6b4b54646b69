"""Can this connection do what the chain needs?"""

from __future__ import annotations

from supaops.checks.check import REACHABLE, check, critical, ok, warning
from supaops.checks.conn.facts import ConnFacts, conn_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config


@check(
    "conn.pooler",
    reads=conn_facts,
    title="The connection does not go through a transaction pooler",
    why="There each transaction gets another session: a worker hears no notification, and "
    "settings of a session get lost.",
    needs=(REACHABLE,),
)
def pooler(config: Config, facts: ConnFacts) -> Verdict:
    """Judge by the port, and by whether the process that answers is the one that was promised."""
    del config
    session = facts.session
    if session.is_transaction_pooler:
        return warning(
            f"port {session.port} is the transaction pooler's",
            "name port 5432 in database.url: the database itself, or the session pooler",
            declared_at=("database", "url"),
        )
    if session.backend_pid != facts.server.backend_pid:
        return ok(f"through a pooler at port {session.port}")
    return ok("direct")


@check(
    "conn.privileges",
    reads=conn_facts,
    title="This role may do what the chain needs",
    why="An upgrade of the platform can take a privilege away, and then a tick posts nothing, or "
    "an apply fails halfway through a pipeline.",
    needs=(REACHABLE,),
)
def privileges(config: Config, facts: ConnFacts) -> Verdict:
    """Judge whether a privilege is missing; what is not there at all is told by others."""
    del config
    lacking = facts.server.lacking
    if not lacking:
        return ok(f"all there for {facts.server.role}")
    return critical(
        f"{facts.server.role} may not {', '.join(lacking)}",
        "connect as postgres, the role that Supabase grants all of it; if you do: ask Supabase's "
        "support to restore its grants",
        value=len(lacking),
        evidence=lacking,
    )
