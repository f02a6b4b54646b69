"""The options about the handlers of a worker: which there are, and where they run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.project import project_root
from supaops.config import Config
from supaops.worker.declared import declared
from supaops.worker.executors.engines import SCHEDULER_VARIABLE
from supaops.worker.handlers import Handlers, Where
from supaops.worker.loading import load_handlers

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
ExecutorOption = Annotated[
    Where,
    typer.Option(
        "--executor",
        metavar="thread|process|dask",
        help="Where handlers run that do not say it themselves.",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        envvar=SCHEDULER_VARIABLE,
        metavar="ADDRESS",
        help="The scheduler of Dask, as tcp://HOST:PORT.",
    ),
]


def registry_of(named: Sequence[str] | None, path: Path, config: Config) -> Handlers:
    """Load the handlers of the modules that were named, else of those of the variable.

    Args:    path: of the config, whose project they belong to.
    Raises:  SupaopsError when a module is of no use; ConfigError when its handlers do not fit what
        is declared.
    """
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    modules = list(named or [name.strip() for name in names if name.strip()])
    return declared(load_handlers(modules, folder=project_root(path)), config)
