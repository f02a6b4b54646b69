"""The differences of two environments. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from supaops.compare.facts import Facts
from supaops.config.secrecy import kind_of_secret

_FILE_HEADER_LINES = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; `first` or `second` is None where it is not there."""

    group: str
    name: str
    first: str | None
    second: str | None

    @property
    def lines(self) -> list[str]:
        """Return the lines of a unified difference, without a header and without any secret."""
        before, after = (_shown(text).splitlines() for text in (self.first, self.second))
        if before == after:  # what differs is not shown
            return before
        lines = list(difflib.unified_diff(before, after, lineterm="", n=1))
        return [line for line in lines[_FILE_HEADER_LINES:] if not line.startswith("@@")]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two environments beside each other.

    Attributes:
        unread: a sentence for each group that only one of them could tell about.
    """

    first: str
    second: str
    differences: tuple[Difference, ...]
    unread: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Tell whether nothing differs, and nothing was left out."""
        return not self.differences and not self.unread

    @property
    def groups(self) -> list[str]:
        """Return the groups with a difference, in order."""
        return list(dict.fromkeys(each.group for each in self.differences))

    def of(self, group: str) -> list[Difference]:
        """Return the differences of one group."""
        return [each for each in self.differences if each.group == group]


def compare(first: str, second: str, one: Facts, other: Facts) -> Comparison:
    """Compare the facts of two environments; a group that either lacks is named, not compared."""
    groups = list(dict.fromkeys([*one, *other]))
    both = [group for group in groups if group in one and group in other]
    unread = [
        f"{group}: cannot be read in {second if group in one else first}"
        for group in groups
        if group not in both
    ]
    found = (each for group in both for each in _differences(group, one, other))
    return Comparison(first, second, tuple(found), tuple(unread))


def _differences(group: str, one: Facts, other: Facts) -> Iterator[Difference]:
    for name in sorted({*one[group], *other[group]}):
        first, second = one[group].get(name), other[group].get(name)
        if first != second:
            yield Difference(group, name, first, second)


def _shown(text: str | None) -> str:
    """Return a text, or what it holds in place of one with a secret in it."""
    kind = kind_of_secret(text) if text else None
    return f"(not shown: it holds {kind})" if kind else text or ""
