"""Does the database answer?"""

from __future__ import annotations

from dataclasses import dataclass

from supaops.checks.check import VALID, check, ok
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
    needs=(VALID,),
)
def reachable(config: Config, facts: Answer) -> Verdict:
    """Say who answered; one that does not makes the reader fail, and this check UNKNOWN."""
    del config
    return ok(f"{facts.database} as {facts.role}")
