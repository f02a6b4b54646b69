"""Boolean SQL as text, pure: how conditions are joined, simplified and laid out.

A condition is one or more lines. Of these only the first and those that begin with `and` stand at
the margin, unless they close a bracket or a `case`: what is nested is indented.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from supaops.render.quoting import literal

TRUE, FALSE = "true", "false"

_LINE = 100


def all_of(conditions: Iterable[str]) -> str:
    """Return the conjunction of conditions, without those that are always true."""
    kept = [condition for condition in conditions if condition != TRUE]
    return FALSE if FALSE in kept else "\nand ".join(kept) or TRUE


def any_of(conditions: Iterable[str]) -> str:
    """Return the disjunction of conditions, in brackets, without those that are always false."""
    kept = [condition for condition in conditions if condition != FALSE]
    if TRUE in kept:
        return TRUE
    if len(kept) <= 1:
        return "".join(kept) or FALSE
    operands = [bracketed(each) if "\nand " in each else each for each in kept]
    line = " or ".join(operands)
    fits = "\n" not in line and len(line) <= _LINE
    return bracketed(line if fits else "\nor ".join(operands))


def negated(condition: str) -> str:
    """Return the negation of a condition."""
    return {TRUE: FALSE, FALSE: TRUE}.get(condition, f"not {bracketed(condition)}")


def one_of(conditions: Iterable[str]) -> str:
    """Return the condition that exactly one of several is true."""
    return " + ".join(f"{bracketed(each)}::integer" for each in conditions) + " = 1"


def every(rows: str, condition: str) -> str:
    """Return the condition that no row of `rows`, a from item, breaks another one."""
    if condition == TRUE:
        return TRUE
    broken = f"select from {rows}\nwhere {negated(condition)}"
    return f"not exists (\n{_indented(broken)}\n)"


def case_of(subject: str, cases: Mapping[str, str], *, otherwise: str) -> str:
    """Return the condition that holds for the value of `subject`, a text that is not null."""
    if not cases:
        return otherwise
    if set(cases.values()) == {TRUE} and otherwise == FALSE:
        values = ", ".join(map(literal, cases))
        return f"{subject} = {values}" if len(cases) == 1 else f"{subject} in ({values})"
    branches = "".join(f"when {literal(each)} then{_below(cases[each])}\n" for each in cases)
    return f"case {subject}\n{_indented(f'{branches}else {otherwise}')}\nend"


def bracketed(condition: str) -> str:
    """Return a condition in brackets, on lines of its own if it has several."""
    return f"(\n{_indented(condition)}\n)" if "\n" in condition else f"({condition})"


def _below(condition: str) -> str:
    return f"\n{_indented(condition)}" if "\n" in condition else f" {condition}"


def _indented(lines: str) -> str:
    return textwrap.indent(lines, "  ")
