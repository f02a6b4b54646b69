"""`supaops render`: the SQL and the resource list, or a migration, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.choices import ConfigOption, EnvOption, env_is_typed
from supaops.cli.console import say
from supaops.cli.project import DEFAULT_CONFIG
from supaops.config import load
from supaops.errors import RenderError, UsageError
from supaops.render import annotated_script, files, resources

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write supaops.sql and resources.json here."),
]


def render(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="What the migration is named for.", show_default=False),
    ] = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    out: OutOption = None,
    migration: Annotated[
        bool, typer.Option("--migration", help="Write what is new into supabase/migrations.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Have the migration delete what is not declared.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 2 when a migration is due; write nothing.")
    ] = False,
) -> None:
    """Print the SQL of an environment, without a database.

    It needs no secret either. The list of its resources follows as comments. `--migration` writes
    a file for `supabase db push` instead, with what the project's earlier ones do not hold.
    """
    if not migration:
        _refuse_alone({"WHAT": what, "--prune": prune, "--check": check})
        _print(env, config, out)
        return
    if out is not None:
        raise UsageError("--out and --migration exclude each other", hint="leave one of them out")
    if not env_is_typed(context):
        raise UsageError(
            "--migration needs --env: all environments run the same migrations",
            hint="supaops render --migration --env production",
        )
    from supaops.cli.migration import migrate  # noqa: PLC0415  what only prints needs no driver

    migrate(env, config, what or "supaops", prune=prune, check=check)


def _print(env: str, config: Path, out: Path | None) -> None:
    rendered = resources(load(config, env))
    if out is None:
        typer.echo(annotated_script(rendered), nl=False)
    else:
        _write(out, files(rendered))


def _refuse_alone(given: dict[str, object]) -> None:
    """Refuse what only a migration has."""
    if alone := [name for name, value in given.items() if value]:
        raise UsageError(f"{alone[0]} belongs to --migration", hint="supaops render --help")


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RenderError(
            f"cannot write: {error.strerror}",
            place=str(folder),
            hint="give a folder you may write to",
        ) from error
    say(f"wrote {', '.join(str(folder / name) for name in texts)}")
