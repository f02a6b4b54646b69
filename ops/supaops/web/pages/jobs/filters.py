"""The filter of the list, as the URL has it and as the database takes it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from supaops.config.problem import Complaint
from supaops.db.filtering import WAITING, Filter
from supaops.db.pages.search import Place
from supaops.jobs.verb import STATUSES
from supaops.web.pages.jobs.payload_path import parse_payload
from supaops.web.typed import time_before

CHOICES = (*STATUSES, *WAITING)
SIZES = (25, 50, 100)
WINDOWS = ("1h", "6h", "24h", "7d")
MOST_IDS = 1_000
_LAST_ID = 2**63 - 1
_ID_BREAK = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for, as it was typed: what is wrong with it is not lost.

    Attributes:
        status: those of the table and `WAITING`.
        payload: ``path.to.key:value``.
        id: numbers, with commas or spaces between them.
        since, until: ISO times, or how long ago, as ``2h``.
        before, after: where the page begins.
        size: jobs on a page.
        window: how long ago a job may have succeeded to be counted.
    """

    status: tuple[str, ...] = ()
    queue: str = ""
    task_type: str = ""
    error: str = ""
    payload: str = ""
    id: str = ""
    worker: str = ""
    since: str = ""
    until: str = ""
    before: str = ""
    after: str = ""
    size: str = ""
    window: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        """Return what a query asks for; a text without spaces around it, and no NUL."""
        names = [each.name for each in fields(cls) if each.name != "status"]
        texts = {name: _clean(query.get(name, "")) for name in names}
        status = tuple(dict.fromkeys(filter(None, map(_clean, query.getlist("status")))))
        return cls(status=status, **texts)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values as the URL has them, without what is empty."""
        texts = [(each.name, getattr(self, each.name)) for each in fields(self)[1:]]
        return [("status", each) for each in self.status] + [each for each in texts if each[1]]

    @property
    def query(self) -> str:
        """Return what stands behind the ``?``."""
        return urlencode(self.pairs)

    def but(self, **changes: Any) -> Asked:
        """Return another filter, at its first page."""
        return replace(self, **{"before": "", "after": "", **changes})

    def at(self, place: Place) -> Asked:
        """Return the same filter at another page."""
        return self.but(before=str(place.before or ""), after=str(place.after or ""))

    @property
    def is_open(self) -> bool:
        """Tell whether it finds every job."""
        return self.but(size="", window="") == Asked()


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of it.

    Attributes:
        problems: what is wrong, by the name of the field.
    """

    asked: Asked
    wanted: Filter
    place: Place
    window: str
    problems: Mapping[str, str] = field(default_factory=dict)


def understood(asked: Asked, now: datetime) -> Understood:
    """Return what the database is to look for; what is wrong is left out and told.

    Args:    now: what ``2h`` is counted from.
    """
    problems: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        try:
            found[name] = read(asked, now)
        except Complaint as error:
            problems[name] = str(error)
    size = int(asked.size) if asked.size in map(str, SIZES) else 50
    place = Place(_number(asked.before), _number(asked.after), size)
    wanted = Filter(
        statuses=found.get("status"),
        queue=asked.queue or None,
        task_type=asked.task_type or None,
        error=asked.error or None,
        worker=asked.worker or None,
        since=found.get("since"),
        until=found.get("until"),
        payload=found.get("payload"),
        ids=found.get("id"),
    )
    window = asked.window if asked.window in WINDOWS else WINDOWS[0]
    return Understood(asked, wanted, place, window, problems)


def _statuses(asked: Asked, _now: datetime) -> tuple[str, ...] | None:
    if set(asked.status) - set(CHOICES):
        raise Complaint(f"expected some of {', '.join(CHOICES)}")
    return asked.status or None


def _ids(asked: Asked, _now: datetime) -> tuple[int, ...] | None:
    texts = [each for each in _ID_BREAK.split(asked.id) if each]
    numbers = [_number(each) for each in texts]
    if len(texts) > MOST_IDS:
        raise Complaint(f"expected at most {MOST_IDS:,} ids")
    if None in numbers:
        raise Complaint("expected numbers, as 4711 or 4711, 4712")
    return tuple(each for each in numbers if each is not None) or None


def _number(text: str) -> int | None:
    """Return an id of a job; None for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_ID))
    return int(text) if is_number and int(text) <= _LAST_ID else None


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


_READERS: dict[str, Callable[[Asked, datetime], Any]] = {
    "status": _statuses,
    "id": _ids,
    "payload": lambda asked, _now: parse_payload(asked.payload) if asked.payload else None,
    "since": lambda asked, now: time_before(asked.since, now) if asked.since else None,
    "until": lambda asked, now: time_before(asked.until, now) if asked.until else None,
}
