"""The options that say what a command is about, and how it answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.project import DEFAULT_CONFIG, project_root


class Format(StrEnum):
    """``text`` for people, ``json`` for programs."""

    TEXT = "text"
    JSON = "json"


def _environments() -> list[str]:
    """Return the names that a shell can complete after ``--env``."""
    # Here, because some commands have options of this file and read no config.
    from supaops.config.overlay import environments  # noqa: PLC0415

    return environments(project_root() / DEFAULT_CONFIG)


EnvOption = Annotated[
    str,
    typer.Option(
        "--env",
        envvar="SUPAOPS_ENV",
        metavar="E",
        help="Environment to act on.",
        autocompletion=_environments,
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
