"""Ask what could not be found out; where nobody can answer, take the default and say so."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from supaops.cli.console import comment, say


class Asking:
    """Questions to a person.

    Args:    yes: ask nothing, and take every default.
    """

    def __init__(self, *, yes: bool) -> None:
        self._is_answered = not yes and sys.stdin.isatty() and sys.stderr.isatty()

    def choose(self, question: str, choices: Sequence[str], default: str, option: str) -> str:
        """Return one of the choices.

        Args:    option: of the command line, which answers beforehand.
        """
        if not self._is_answered:
            comment(f"{question} {default}, unless {option} says otherwise")
            return default
        while True:
            told = f"{question} {', '.join(choices)}?"
            answer: str = typer.prompt(told, default=str(default), err=True).strip().lower()
            if answer in choices:
                return answer
            say(f"{answer!r} is none of them", "yellow")

    def agree(self, question: str, *, default: bool, otherwise: str = "") -> bool:
        """Return whether to do something.

        Args:    otherwise: what to say when the answer is no.
        """
        agreed = (
            typer.confirm(question, default=default, err=True) if self._is_answered else default
        )
        if otherwise and not agreed:
            comment(otherwise)
        return agreed
