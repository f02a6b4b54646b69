"""What a schema offers, as facts of one line, and what it should offer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from supaops.db.connect import Connection

HERE = Path(__file__).parent
QUERY = (HERE / "catalogue.sql").read_bytes()

REAL, STANDIN, OR = "real", "stand-in", "or"


@dataclass(slots=True)
class Expected:
    """A line of ``expected/<schema>.txt``.

    Attributes:
        side: `REAL` or `STANDIN` when only that one has it, else empty.
        facts: the fact, and those that some versions have in its place.
    """

    section: str
    side: str
    facts: set[str]


def expected(schema: str) -> list[Expected]:
    """Read what a schema should offer."""
    lines: list[Expected] = []
    section = ""
    for text in (HERE / "expected" / f"{schema}.txt").read_text(encoding="utf-8").splitlines():
        mark, fact = _split(text)
        if text.startswith("["):
            section = text.strip("[]")
        elif mark == OR:
            lines[-1].facts.add(fact)
        elif text and not text.startswith("#"):
            lines.append(Expected(section, mark, {fact}))
    return lines


def found(db: Connection, schema: str) -> dict[str, set[str]]:
    """Return the facts of a schema, by section."""
    facts: dict[str, set[str]] = {}
    for row in db.execute(QUERY, {"schema": schema}):
        facts.setdefault(row["section"], set()).add(row["fact"])
    return facts


def _split(text: str) -> tuple[str, str]:
    for mark in (REAL, STANDIN, OR):
        if text.startswith(f"{mark}: "):
            return mark, text.removeprefix(f"{mark}: ")
    return "", text
