"""`supaops types`: the task types for those who enqueue and handle jobs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.choices import ConfigOption, EnvOption
from supaops.cli.console import show
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.config import Config, load
from supaops.errors import UsageError
from supaops.render.types import MARK, Language, types_file
from supaops.report.types_text import types_lines
from supaops.scaffold.renewal import Made, State, compare, renew
from supaops.status import ExitStatus

STDOUT = Path("-")

TypeScriptOption = Annotated[
    Path | None,
    typer.Option("--typescript", metavar="FILE", help="Write TypeScript there; -: to stdout."),
]
PythonOption = Annotated[
    Path | None,
    typer.Option("--python", metavar="FILE", help="Write Python there; -: to stdout."),
]


def types(
    typescript: TypeScriptOption = None,
    python: PythonOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a file is stale.")
    ] = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write the task types and a typed enqueue, as TypeScript or Python.

    From the YAML: the names, a type for each payload, and an enqueue that knows both. Without a
    FILE it is the one that `runbook.task_types_file` names, in the language of its suffix. A file
    that was not made so is left alone.
    """
    declared = load(config, env)
    given = {Language.TYPESCRIPT: typescript, Language.PYTHON: python}
    files = {language: path for language, path in given.items() if path is not None}
    if not files:
        files = _declared_file(declared, project_root(config))
    if STDOUT in files.values():
        _print(declared, files, check=check)
        return
    made = [_make(declared, language, path, check=check) for language, path in files.items()]
    show(types_lines(made, _command(given, env, config)))
    if any(each.state in {State.STALE, State.MISSING} for each in made):
        raise typer.Exit(ExitStatus.ERROR)


def _declared_file(config: Config, root: Path) -> dict[Language, Path]:
    name = config.runbook.task_types_file
    suffix = Path(name).suffix.removeprefix(".")
    if suffix not in set(Language):
        raise UsageError(
            f"`runbook.task_types_file` is neither .ts nor .py: {name}",
            hint="name a file by --typescript or --python",
        )
    path, here = root / name, Path.cwd()
    return {Language(suffix): path.relative_to(here) if path.is_relative_to(here) else path}


def _print(config: Config, files: dict[Language, Path], *, check: bool) -> None:
    if len(files) > 1 or check:
        raise UsageError("`-` goes with nothing else", hint="supaops types --typescript -")
    typer.echo(types_file(config, next(iter(files))), nl=False)


def _make(config: Config, language: Language, path: Path, *, check: bool) -> Made:
    text = types_file(config, language)
    return compare(path, text) if check else renew(path, text, MARK)


def _command(given: dict[Language, Path | None], env: str, config: Path) -> str:
    """Return what makes the same files."""
    names = {Language.TYPESCRIPT: "--typescript", Language.PYTHON: "--python"}
    words = [f"{names[each]} {shlex.quote(str(path))}" for each, path in given.items() if path]
    elsewhere = [] if config == DEFAULT_CONFIG else [f"--config {shlex.quote(str(config))}"]
    return " ".join(["supaops types", *words, f"--env {env}", *elsewhere])
