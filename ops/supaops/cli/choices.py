"""The options that say what a command is about, and how it answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """``text`` for people, ``json`` for programs."""

    TEXT = "text"
    JSON = "json"


EnvOption = Annotated[
    str,
    typer.Option(
        "--env",
        envvar="SUPAOPS_ENV",
        metavar="E",
        help="Environment to act on.",
    ),
]
ConfigOption = Annotated[
    Path,
    typer.Option("--config", metavar="PATH", help="The base YAML; overlays lie beside it."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", metavar="text|json", help="How to print the result.")
]


def env_is_typed(context: typer.Context) -> bool:
    """Tell whether ``--env`` stands on the command line, and did not come from a variable."""
    source = context.get_parameter_source("env")
    return source is not None and source.name == "COMMANDLINE"
