"""The filter of the audit, as the URL has it and as the database takes it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from supaops.config.problem import Complaint
from supaops.db.pages.audit import NEWEST, Filter, Place
from supaops.web.typed import time_before

SOURCES = ("cli", "dashboard", "sql")


class Parsed(NamedTuple):
    """What was asked for; `problems` says what is wrong with which part of it."""

    filter: Filter
    before: Place
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for, as it was typed: what is wrong with it is not lost.

    Attributes:
        target: ``job:12``, a job's number, or a kind such as ``queue``.
        since, until: ISO times, or how long ago, as ``2h``.
        before: where the page begins.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    source: str = ""
    reason: str = ""
    request: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Return what a query asks for; a text without spaces around it, and no NUL."""
        found = {each.name: query.get(each.name, "") for each in fields(cls)}
        return cls(**{name: text.replace("\0", "").strip() for name, text in found.items()})

    @property
    def query(self) -> str:
        """Return what stands behind the ``?``; empty for everything."""
        return urlencode({name: text for name, text in asdict(self).items() if text})

    @property
    def all_of_it(self) -> Self:
        """Return the filter without a place to begin at."""
        return replace(self, before="")

    def older(self, place: Place) -> Self:
        """Return what asks for what stands before a place."""
        return replace(self, before=f"{place.at.astimezone(UTC).isoformat()}_{place.id}")

    def of_request(self, request_id: str) -> str:
        """Return the query for all that one request did."""
        return type(self)(request=request_id).query

    def parsed(self, now: datetime) -> Parsed:
        """Return it as the database takes it."""
        found: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for name, parse in _PARSERS.items():
            try:
                found[name] = parse(getattr(self, name), now) if getattr(self, name) else None
            except Complaint as complaint:
                problems[name] = complaint.expected
        before = found.pop("before", None) or NEWEST
        found |= {name: getattr(self, name) or None for name in _PLAIN}
        return Parsed(Filter(**found, **_target(self.target)), before, problems)


_PLAIN = ("actor", "action", "source", "reason", "request")


def _target(text: str) -> dict[str, Any]:
    if not text:
        return {}
    if text.isascii() and text.isdigit():
        return {"target": f"job:{text}"}
    kind, colon, rest = text.partition(":")
    return {"target": text} if colon and rest else {"kind": f"{kind}:"}


def _place(text: str, now: datetime) -> Place:
    at, _, number = text.rpartition("_")
    try:
        place = Place(time_before(at, now), int(number))
    except (Complaint, ValueError):
        raise Complaint("expected what a link to older acts says") from None
    if abs(place.id) > NEWEST.id:
        raise Complaint("expected what a link to older acts says")
    return place


_PARSERS: Mapping[str, Callable[[str, datetime], Any]] = {
    "since": time_before,
    "until": time_before,
    "before": _place,
}
