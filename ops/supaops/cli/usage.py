"""What is wrong with a command line, in our words in place of Typer's and pydantic's. Pure."""

from __future__ import annotations

import re

from supaops.config.suggest import did_you_mean
from supaops.errors import UsageError

_VALUE = re.compile(r"Invalid value for '([^']+)'(?: / '[^']+')*: (.*)", re.DOTALL)
_CHOICE = re.compile(r"Value error, '(.*)' is not one of (.*)", re.DOTALL)
_SENTENCES = (
    (r"Input should be a valid integer.*", "expected a whole number"),
    (r"Input should be a valid number.*", "expected a number"),
    (r"Input should be a finite number.*", "expected a finite number"),
    (r"Input should be less than or equal to (\S+)", r"expected at most \1"),
    (r"Input should be greater than or equal to (\S+)", r"expected at least \1"),
    (r"Input should be (.*)", r"expected \1"),
    (r"Missing argument '(.*)'\. Choose from:(.*)", r"missing argument '\1': one of\2"),
    (r"Got unexpected extra arguments? *(\(s\))? *\((.*)\)", r"there is no place for: \2"),
)


def usage_error(message: str, command: str) -> UsageError:
    """Return the error of a command line that Typer refused.

    Args:
        message: Typer's.
        command: such as ``supaops plan``, whose help is the remedy where nothing better is known.
    """
    line = " ".join(message.split()).rstrip(".")
    found = _VALUE.fullmatch(line)
    place, cause = (found[1].strip("[]"), found[2]) if found else (None, line)
    if choice := _CHOICE.fullmatch(cause):
        return _no_such_choice(choice[1], re.findall(r"'([^']*)'", choice[2]), place, command)
    return UsageError(_rephrased(cause), place=place, hint=f"{command} --help")


def _no_such_choice(given: str, known: list[str], place: str | None, command: str) -> UsageError:
    message = f"expected one of {', '.join(known)}, found {given!r}"
    return UsageError(message, place=place, hint=did_you_mean(given, known, f"{command} --help"))


def _rephrased(cause: str) -> str:
    for pattern, sentence in _SENTENCES:
        if found := re.fullmatch(pattern, cause, re.DOTALL):
            return found.expand(sentence)
    return cause[:1].lower() + cause[1:]
