"""Claim and complete with pgbench, and prove that each job was done once."""

from __future__ import annotations

from benchmarks import pgbench
from benchmarks.figures import proven
from benchmarks.server import Server
from benchmarks.systems.system import Statements, System

TALLY = b"""create table if not exists bench_tally (claimed bigint not null);
truncate bench_tally"""
SUM = "select coalesce(sum(claimed), 0)::bigint from bench_tally"


def two_commits(statements: Statements) -> str:
    """Return the script that claims a batch and completes it."""
    return f"{statements.claim}\\gset\n{statements.complete};\n" + _tally("")


def one_commit(statements: Statements) -> str:
    """Return the script that completes the batch before and claims the next, in one statement."""
    return f"{statements.exchange}\\gset\n" + _tally(f"{statements.settle};\n")


def _tally(last: str) -> str:
    insert = "insert into bench_tally (claimed) values (:total);\n"
    return f"\\set total :total + :claimed\n\\if :turn = :turns\n{last}{insert}\\endif\n"


def consume(
    server: Server,
    system: System,
    statements: Statements,
    script: str,
    *,
    clients: int,
    turns: int,
    batch: int,
) -> tuple[pgbench.Report, int]:
    """Run a script on a filled queue; return the report and how many jobs were completed.

    Raises: Void when the jobs that the clients claimed are not those that have left the queue.
    """
    before = system.left(server)
    with server.connect() as db:
        db.execute(TALLY)
    report = pgbench.run(
        server, script, clients=clients, turns=turns, protocol=statements.protocol,
        variables={"batch": batch, "held": statements.nothing or "none", "claimed": 0},
    )  # fmt: skip
    completed = before - system.left(server)
    proven(system.name, expected=completed, reported=server.number(SUM), left=0)
    return report, completed
