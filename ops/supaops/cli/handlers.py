"""The option that names the handlers of a worker."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

HANDLERS_VARIABLE = "SUPAOPS_HANDLERS"

HandlersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--handlers",
        metavar="MODULE",
        help="Module with a registry of handlers, as MODULE or MODULE:ATTRIBUTE; repeatable. "
        f"Without it: ${HANDLERS_VARIABLE}, separated by commas.",
    ),
]


def handler_modules(named: Sequence[str] | None) -> list[str]:
    """Return the modules that were named, else those of the variable."""
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    return list(named or [name.strip() for name in names if name.strip()])
