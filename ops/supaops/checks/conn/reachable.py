"""Does the database answer?"""

from __future__ import annotations

from dataclasses import dataclass

from supaops.checks.check import check, ok
from supaops.checks.finding import Verdict
from supaops.checks.sources import Sources
from supaops.config.model import Config


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered."""

    role: str
    database: str


def answer(sources: Sources) -> Answer:
    """Return who answered; that somebody did is told by its having a connection."""
    info = sources.conn.info
    return Answer(info.user, info.dbname)


@check(
    "conn.reachable",
    reads=answer,
    title="The database answers",
    why="Nothing can be told of a chain whose database does not answer.",
    needs=(),
)
def reachable(config: Config, facts: Answer) -> Verdict:
    """Say who answered; a database that does not is told of before any check runs."""
    del config
    return ok(f"{facts.database} as {facts.role}")
