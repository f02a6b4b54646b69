"""What a queue must offer to be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from benchmarks.fleet import Crew
from benchmarks.server import Server

# About 130 bytes, different in each job; `n` counts the jobs of a batch.
PAYLOAD = """jsonb_build_object(
  'user', n, 'email', 'user' || n || '@example.com', 'order', md5(n::text),
  'locale', 'en_GB', 'template', 'order_shipped')"""
# pgbench takes :name for a parameter, a cast apart, so no text may hold a colon and a letter.
ONE_PAYLOAD = f"select {PAYLOAD} as payload from generate_series(1, 1) n"


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL that a queue's client sends, parameters as :name.

    Shapes:
        jobs: one row, column `jobs`: the argument of `enqueue` for :batch jobs.
        enqueue: adds :jobs in one commit; enqueue_one: adds one job with :payload.
        claim: up to :batch jobs; one row whose columns are `claimed`, how many; `payloads`, so
            that they are shipped as to a worker; and what `complete` refers to, `ids` for one.
        exchange: completes :held and claims up to :batch, in one commit: `claimed`, `payloads`,
            and `held` for the next time; nothing yet is `nothing`. `settle` completes :held alone.
        tick: what must run after an enqueue before the jobs can be claimed.
        background: statements that a deployment runs all the time, with their interval in seconds.
        protocol: pgbench's for what the peer's own client does: prepared, or extended.
        largest: most jobs of a claim; None where the caller decides.
    """

    jobs: str
    enqueue: str
    claim: str
    complete: str
    payload: str = ONE_PAYLOAD
    enqueue_one: str | None = None
    exchange: str | None = None
    settle: str = ""
    nothing: str = ""
    tick: str | None = None
    background: tuple[tuple[str, float], ...] = ()
    protocol: str = "prepared"
    largest: int | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """One setting of a queue's own worker client: a program that drains the queue.

    The program is told in its environment how to connect, and as its last argument how many jobs
    there are. It prints one line of JSON: `seconds` from its start of work to the commit of the
    last completion, and `done`, the calls of its handler.

    `jobs` is the most that it is given, for a client that would take minutes.
    """

    label: str
    command: tuple[str, ...]
    jobs: int | None = None


class System(Protocol):
    """A queue in a database, driven through its public interface."""

    @property
    def name(self) -> str:
        """Return what the table calls it."""

    @property
    def sql(self) -> bool:
        """Tell whether others can send the statements that its client sends."""

    @property
    def shared(self) -> bool:
        """Tell whether several connections can claim from it at once, and it is worth measuring."""

    def missing(self) -> str | None:
        """Return what to do to have it, or None when it is there."""

    def version(self) -> str:
        """Return what was measured."""

    def install(self, server: Server) -> None:
        """Put the queue into an empty database, as role postgres."""

    def statements(self, server: Server, batch: int) -> Statements | None:
        """Return its SQL for batches of a size, of an installed queue; None unless `sql`."""

    def workers(self) -> tuple[Worker, ...]:
        """Return the settings of its own worker client; empty when it has none."""

    def crew(self) -> Crew | None:
        """Return how its worker processes are started; None when it has none."""

    def enqueue(self, server: Server, jobs: int) -> None:
        """Add jobs by its own client, for a system without statements."""

    def left(self, server: Server) -> int:
        """Return how many jobs have not been completed."""
