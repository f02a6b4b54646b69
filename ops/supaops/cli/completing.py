"""Answer what a shell asks at a Tab, with ``__complete WORD...`` behind the program's name.

A person waits for it, so it imports no command. What they take stands in `completions.json`, which
`make golden` makes of them; what is declared is read from the YAML alone, and no database is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from supaops.cli.declared_names import names_of

REQUEST = "__complete"
Candidate = tuple[str, str]
"""What may stand there, and what it is for."""


def answer(words: Sequence[str]) -> list[str]:
    """Return a line for each candidate: the word, a tab, what it is for.

    Args:    words: those behind the program's name, up to the one that is begun, maybe empty.
    Returns: nothing where files are wanted, or anything: the shell offers files then.
    """
    *before, begun = _unsplit(words) or [""]
    return [
        f"{word}\t{told}" for word, told in _candidates(before, begun) if word.startswith(begun)
    ]


def _unsplit(words: Sequence[str]) -> list[str]:
    """Return the words without bash's ``=``, at which it takes ``--env=local`` apart."""
    joined = [word for word in words if word != "="]
    return [*joined, ""] if words and words[-1] == "=" else joined


@dataclass(slots=True)
class _Line:
    """The command line up to the word that is begun.

    Attributes:
        node: the command, as the table has it.
        expects: the option whose value comes next.
        arguments: how many the command has already.
        given: the values of its options.
    """

    node: dict[str, Any]
    expects: str | None = None
    arguments: int = 0
    given: dict[str, str] = field(default_factory=dict)

    def take(self, word: str) -> None:
        """Go past one word."""
        if self.expects:
            self.given[self.expects], self.expects = word, None
        elif word.startswith("-"):
            self._take_option(word)
        elif word in self.node["commands"]:
            self.node = self.node["commands"][word]
        else:
            self.arguments += 1

    def _take_option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if equals:
            self.given[name] = value
        elif self.values_of(name) is not None:
            self.expects = name

    def values_of(self, option: str) -> str | list[str] | None:
        """Return what an option takes: words, or words of a kind; None for a flag."""
        _told, values = self.node["options"].get(option, ("", None))
        return values  # type: ignore[no-any-return]  # JSON has no types

    @property
    def argument(self) -> str | list[str]:
        """Return what the next argument is."""
        kinds = self.node["arguments"]
        return kinds[self.arguments] if self.arguments < len(kinds) else ""


def _candidates(before: Iterable[str], begun: str) -> list[Candidate]:
    table = json.loads((files("supaops.cli") / "completions.json").read_text(encoding="utf-8"))
    line = _Line(table["root"])
    for word in before:
        line.take(word)
    option, equals, _value = begun.partition("=")
    if line.expects:
        return _words(table, line, line.values_of(line.expects))
    if equals and begun.startswith("-"):
        return [(f"{option}={word}", "") for word, _ in _words(table, line, line.values_of(option))]
    if begun.startswith("-"):
        return [(name, told) for name, (told, _) in line.node["options"].items()]
    if line.node["commands"]:
        return [(name, each["help"]) for name, each in line.node["commands"].items()]
    return _words(table, line, line.argument)


def _words(table: dict[str, Any], line: _Line, kind: str | list[str] | None) -> list[Candidate]:
    """Return the words of one kind."""
    if not kind:
        return []
    if isinstance(kind, list):
        return [(word, "") for word in kind]
    if kind == "check":
        return [(id, "") for id in table["checks"]]  # noqa: A001  it is called so everywhere else
    environment = line.given.get("--env") or os.environ.get("SUPAOPS_ENV")
    return [(name, "") for name in names_of(kind, line.given.get("--config"), environment)]
