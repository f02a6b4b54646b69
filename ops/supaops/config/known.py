"""Find the values of declared secrets in texts, beside what only looks like one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic import SecretStr

from supaops.config.secrecy import Match, matches

MIN_VALUE = 8
"""Shorter values stand in too many innocent texts."""


@dataclass(frozen=True, slots=True)
class Known:
    """The values to look for, by what they are called; each in every form a text may spell it."""

    forms: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, values: Mapping[str, SecretStr]) -> Self:
        """Return the values by name, without those that are too short to tell."""
        revealed = {name: value.get_secret_value() for name, value in values.items()}
        return cls(
            tuple(
                (name, form)
                for name, value in revealed.items()
                if len(value) >= MIN_VALUE
                for form in sorted({value, _in_sql(value), _in_json(value)})
            )
        )


def _in_sql(value: str) -> str:
    return value.replace("'", "''")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def secrets_in(content: str, known: Known) -> list[Match]:
    """Return each secret of a text, in its order; one that is both is told by its name."""
    named = list(_named(content, known))
    looks = (each for each in matches(content) if not _overlaps(each, named))
    return sorted([*named, *looks], key=lambda each: each.start)


def _named(content: str, known: Known) -> Iterator[Match]:
    for name, form in known.forms:
        start = content.find(form)
        while start >= 0:
            yield Match(name, start, start + len(form))
            start = content.find(form, start + len(form))


def _overlaps(found: Match, named: list[Match]) -> bool:
    return any(each.start < found.end and found.start < each.end for each in named)
