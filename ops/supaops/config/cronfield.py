"""One of the five fields of a cron schedule, read as pg_cron reads it.

Source: pg_cron 1.6.5, `get_list`, `get_range`, `get_number` and `set_range` in src/entry.c, and the
macro `bit_nset` in include/bitstring.h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Bits = frozenset[int]

_WORD = re.compile(r"[A-Za-z0-9]*")
_JUNK = re.compile(r"[^ \t\n]*")
_BLANKS = re.compile(r"[ \t]*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class FieldError(ValueError):
    """pg_cron refuses the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """The bounds of a field, and the names that its numbers have."""

    title: str
    low: int
    high: int
    names: tuple[str, ...] = ()


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day of the month", 1, 31)
MONTH = Field("month", 1, 12, _MONTHS)
WEEKDAY = Field("day of the week", 0, 7, _WEEKDAYS)
_STEP = Field("step", 0, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class ParsedField:
    """A field's numbers, what follows it, and what pg_cron reads otherwise than written."""

    bits: Bits
    rest: str
    starred: bool = False
    last_day: bool = False
    doubt: str = ""


def parse_field(field: Field, text: str) -> ParsedField:
    """Parse the field at the start of `text`, and the blanks after it.

    Raises: FieldError.
    """
    cursor = _Cursor(field, text)
    bits: set[int] = set()
    while True:
        bits |= cursor.range()
        if not cursor.take(","):
            break
    junk = cursor.skip(_JUNK)
    cursor.skip(_BLANKS)
    doubt = cursor.doubt or (f"it ignores `{junk[:40]}` in the {field.title}" if junk else "")
    return ParsedField(frozenset(bits), text[cursor.at :], text.startswith("*"), doubt=doubt)


class _Cursor:
    def __init__(self, field: Field, text: str) -> None:
        self.field = field
        self.text = text
        self.at = 0
        self.doubt = ""

    def take(self, character: str) -> bool:
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        word = match.group() if match else ""
        self.at += len(word)
        return word

    def range(self) -> set[int]:
        """Return the numbers of ``*``, ``n``, ``n-m``, ``*/s`` or ``n-m/s``."""
        if self.take("*"):
            first, last = self.field.low, self.field.high
        else:
            first = last = self._number(self.field)
            if not self.take("-"):
                return self._single(first)
            last = self._number(self.field)
        step = self._number(_STEP) if self.take("/") else 1
        self._check(first, last, step)
        return self._numbers(first, last, step)

    def _single(self, number: int) -> set[int]:
        if self.take("/"):
            raise FieldError(
                f"a step in the {self.field.title} needs `*` or a range before it, "
                f"as in {number}-{self.field.high}/5"
            )
        self._check(number, number, 1)
        return {number}

    def _check(self, first: int, last: int, step: int) -> None:
        low, high = self.field.low, self.field.high
        if not (low <= first <= high and low <= last <= high):
            raise FieldError(f"the {self.field.title} must be {low} to {high}")
        if not 0 < step <= high:
            raise FieldError(f"the step in the {self.field.title} must be 1 to {high}")

    def _numbers(self, first: int, last: int, step: int) -> set[int]:
        if first <= last:
            return set(range(first, last + 1, step))
        self.doubt = self.doubt or (
            f"a range cannot run backwards, as {first}-{last} does in the {self.field.title}"
        )
        return self._backwards(first, last) if step == 1 else set()

    def _backwards(self, first: int, last: int) -> set[int]:
        """Return the bits that `bit_nset` sets when its start lies behind its stop."""
        low = self.field.low
        start, stop = first - low, last - low
        if start // 8 == stop // 8:
            return set()
        head = range(start, start // 8 * 8 + 8)
        tail = range(stop // 8 * 8, stop + 1)
        return {low + bit for bit in (*head, *tail) if low + bit <= self.field.high}

    def _number(self, field: Field) -> int:
        word = self.skip(_WORD)
        if word.lower() in field.names:
            return field.names.index(word.lower()) + field.low
        if not word.isdecimal():
            raise FieldError(_expected(field, word))
        number = _atoi(word)
        if number != int(word[:25]):
            self.doubt = self.doubt or f"`{word[:40]}` overflows in the {self.field.title}"
        return number


def _expected(field: Field, word: str) -> str:
    numbers = f"{field.low} to {field.high}" if field is not _STEP else "a number"
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    found = f", found `{word[:40]}`" if word else ""
    return f"the {field.title} must be {numbers}{names}{found}"


def _atoi(digits: str) -> int:
    """Return what C's atoi makes of `digits` with 64-bit longs and 32-bit ints."""
    wrapped = min(int(digits[:25]), 2**63 - 1) % 2**32
    return wrapped - 2**32 if wrapped >= 2**31 else wrapped
