"""Failed attempts grouped by their error. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from supaops.config.secrecy import without_secrets
from supaops.db.incident import FailedAttempt

_NUMBER = re.compile(r"[0-9]+")
_LONGEST = 200
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Failing:
    """Attempts that failed for the same reason.

    Attributes:
        error: its first line, each number in it as ``N``, without what looks like a secret.
        attempts, jobs: how many attempts failed so, and of how many jobs.
        dead: jobs among them that have failed for good and that nobody has dealt with.
        example_id, example: the latest of those jobs, and its error with the numbers.
    """

    task_type: str
    queue: str
    error: str
    attempts: int
    jobs: int
    dead: int
    first_at: datetime
    last_at: datetime
    example_id: int
    example: str


def grouped(attempts: Iterable[FailedAttempt], most: int = 10) -> tuple[Failing, ...]:
    """Return the groups with the most attempts; an error's numbers do not tell two apart.

    Args:    attempts: newest first.
    """
    groups: dict[_Key, list[FailedAttempt]] = {}
    for each in attempts:
        error = _NUMBER.sub("N", _shown(each.error))
        groups.setdefault((each.task_type, each.queue, error), []).append(each)
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tuple(_group(key, members) for key, members in largest[:most])


def _group(key: _Key, members: list[FailedAttempt]) -> Failing:
    newest = members[0]
    return Failing(
        *key,
        attempts=len(members),
        jobs=len({each.job_id for each in members}),
        dead=len({each.job_id for each in members if each.is_dead}),
        first_at=members[-1].finished_at,
        last_at=newest.finished_at,
        example_id=newest.job_id,
        example=_shown(newest.error),
    )


def _shown(error: str) -> str:
    return without_secrets(error)[:_LONGEST]
