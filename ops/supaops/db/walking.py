"""Look for jobs: by the marks that few bear, or at all of them by id, some at a time."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from psycopg.sql import Composed

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.filtering import Filter
from supaops.db.moment import limited, moment
from supaops.db.operators import composed

WINDOW = 20_000
"""Jobs that one statement looks at: a small part of a second, wherever they are."""
FEW = 10_000
"""Jobs, or marks of jobs, that are looked up one by one at most: some hundredths of a second."""
MOST_ATTEMPTS = 200_000
"""Attempts that are looked at in place of all jobs."""
LONGEST_WINDOW_S = 10.0
LAST_ID = 2**63 - 1
STATES = ("ready", "scheduled", "retrying", "running", "failed")


class Seen(NamedTuple):
    """What one look at the table showed.

    Attributes:
        looked: how many jobs were looked at up to now.
        matches: id and status of what was found by this look, by descending id.
    """

    looked: int
    matches: list[tuple[int, str]]


class Few(NamedTuple):
    """All jobs that a filter finds.

    Attributes:
        matches: id and status of each, by descending id.
        by_state: how many are ready, scheduled, retrying, running and failed.
    """

    matches: list[tuple[int, str]]
    by_state: Mapping[str, int]


class Stretch(NamedTuple):
    """Some jobs in the order of their ids: how many, from which on, and in which direction.

    Attributes:
        source: all jobs, or those with an attempt that did not succeed.
    """

    from_id: int
    jobs: int
    way: Literal["down", "up"] = "down"
    source: Literal["jobs", "tried"] = "jobs"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed.

    Attributes:
        least_id, greatest_id: of the jobs that were looked at; None when there were none.
        walked: how many rows were read for it; fewer than asked for at the end.
        counted: how many are of the filter's statuses, queue and task type.
        matches: id and status of what was found, by descending id.
    """

    least_id: int
    greatest_id: int
    looked: int
    walked: int
    counted: int
    matches: list[tuple[int, str]]


def walk(
    conn: Connection, config: Config, wanted: Filter, from_id: int | None = None
) -> Generator[Seen, None, None]:
    """Look at the jobs by descending id, some at a time, all at one moment.

    It ends where the counts say that no job of these statuses, queue and task type is left, and
    is done at once where their marks lead to all of them.

    Args:    from_id: the greatest id to look at; None begins at the newest.
    Raises: DatabaseError, as when one look takes too long.
    """
    last, looked, counted = LAST_ID if from_id is None else from_id, 0, 0
    with moment(conn):
        expected = _expected(conn, config, wanted)
        found = _marked(conn, config, wanted, expected)
        if found is not None:
            yield Seen(len(found), [each for each in found if each[0] <= last])
            return
        # What was left out before `from_id` is counted as well.
        while from_id is not None or counted < wanted.expected(expected):
            with limited(conn, LONGEST_WINDOW_S):
                seen = look(conn, config, wanted, Stretch(last, WINDOW))
            if not seen.looked:
                return
            looked, counted = looked + seen.looked, counted + seen.counted
            yield Seen(looked, seen.matches)
            last = seen.least_id - 1


def _marked(
    conn: Connection, config: Config, wanted: Filter, expected: Mapping[str, int]
) -> list[tuple[int, str]] | None:
    """Return id and status of all that a filter finds, by the marks that they bear; or None."""
    with limited(conn, LONGEST_WINDOW_S):
        found = few(conn, config, wanted, expected)
    if found is not None:
        return found.matches
    return _failed(conn, config, wanted, expected) if wanted.statuses == ("failed",) else None


def _failed(
    conn: Connection, config: Config, wanted: Filter, expected: Mapping[str, int]
) -> list[tuple[int, str]] | None:
    """Return id and status of the failed jobs of a filter by their attempts.

    Returns: None where some have none, or where attempts are too many to be quicker than the jobs.
    """
    matches, counted, walked, last = list[tuple[int, str]](), 0, 0, LAST_ID
    while walked <= MOST_ATTEMPTS:
        with limited(conn, LONGEST_WINDOW_S):
            part = Stretch(last, WINDOW, source="tried")
            seen = look(conn, config, replace(wanted, above=None), part)
        matches += seen.matches
        counted, walked = counted + seen.counted, walked + seen.walked
        if seen.walked < WINDOW:
            is_whole = counted >= expected.get("failed", 0)
            return [each for each in matches if each[0] > (wanted.above or 0)] if is_whole else None
        last = seen.least_id - 1
    return None


def look(conn: Connection, config: Config, wanted: Filter, stretch: Stretch) -> Look:
    """Look at some jobs in the order of their ids.

    Raises: DatabaseError.
    """
    statement = composed("operators.window", config, way=stretch.way, source=stretch.source)
    place = {"from_id": stretch.from_id, "window": stretch.jobs}
    row = _one(conn, statement, {**wanted.parameters, **place})
    found = list(zip(row.pop("ids"), row.pop("statuses"), strict=True))
    return Look(**row, matches=found)


def few(
    conn: Connection, config: Config, wanted: Filter, expected: Mapping[str, int]
) -> Few | None:
    """Return all that a filter finds, without a walk.

    Args:    expected: how many jobs there are by status, of the filter's queue and task type.
    Returns: None where these jobs are too many, or bear no mark by which they are found.
    Raises:  DatabaseError.
    """
    if wanted.ids is None and not wanted.expected(expected):
        return Few([], dict.fromkeys(STATES, 0))
    sources = _sources(wanted, expected)
    if sources is None:
        return None
    values = {**wanted.parameters, **sources, "at_most": FEW}
    row = _one(conn, composed("operators.few", config), values)
    if not (row["is_whole"] and _is_complete(row, wanted, expected)):
        return None
    return Few(list(zip(row["ids"], row["statuses"], strict=True)), row["by_state"])


def _sources(wanted: Filter, expected: Mapping[str, int]) -> dict[str, bool] | None:
    """Return where to look for jobs of these statuses; None for some that bear no mark."""
    asked = set(wanted.statuses or ())
    if wanted.ids is not None:
        asked = set()
    elif not asked or asked & {"succeeded", "cancelled"}:
        return None
    if any(expected.get(each, 0) >= FEW for each in asked):
        return None
    # Few that wait are all looked at for those that were tried before.
    if "retrying" in asked and expected.get("pending", 0) < FEW:
        asked = (asked - {"retrying"}) | {"pending"}
    return {
        "due": bool(asked & {"pending", "ready"}),
        "upcoming": bool(asked & {"pending", "scheduled"}),
        "by_attempt": bool(asked & {"failed", "retrying"}),
        "by_lease": "running" in asked,
    }


def _is_complete(row: Mapping[str, int], wanted: Filter, expected: Mapping[str, int]) -> bool:
    """Tell whether no job was missed, as one that was set to failed by hand without an attempt."""
    asked = () if wanted.ids is not None else wanted.statuses or ()
    return all(
        row[each] >= expected.get(each, 0) for each in ("running", "failed") if each in asked
    )


def _expected(conn: Connection, config: Config, wanted: Filter) -> dict[str, int]:
    with translated("counting the jobs"):
        found = conn.execute(composed("operators.expected", config), wanted.parameters).fetchall()
    return {row["status"]: row["jobs"] for row in found}


def _one(conn: Connection, statement: Composed, values: dict[str, Any]) -> dict[str, Any]:
    with translated("looking for jobs"):
        [row] = conn.execute(statement, values).fetchall()
    return row
