"""`supaops render`: the SQL and the resource list, or a migration, without a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.choices import ConfigOption, EnvOption, env_is_typed
from supaops.cli.console import comment
from supaops.cli.edge_function import write_edge_function
from supaops.cli.project import DEFAULT_CONFIG
from supaops.config import Config, load
from supaops.errors import UsageError
from supaops.refusals import refused
from supaops.render import annotated_script, files, resources
from supaops.render.monitoring import board, rules

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
        bool, typer.Option("--check", help="Exit 2 when something is due; write nothing.")
    ] = False,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="Print rules for Prometheus, from the YAML's `slo`.")
    ] = False,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="Print a board for Grafana, as JSON.")
    ] = False,
    edge_function: Annotated[
        bool, typer.Option("--edge-function", help="Write the worker into supabase/functions.")
    ] = False,
) -> None:
    """Print the SQL of an environment, without a database.

    It needs no secret either. The list of its resources follows as comments. `--migration` writes
    a file for `supabase db push` instead, with what the project's earlier ones do not hold;
    `--alerts` and `--dashboard` print what watches the metrics of `supaops watch`;
    `--edge-function` writes the worker in TypeScript, with its settings from the YAML.
    """
    if edge_function:
        _refuse_beside({"WHAT": what, "--prune": prune, "--migration": migration, "--out": out})
        _refuse_beside({"--alerts": alerts, "--dashboard": dashboard})
        write_edge_function(env, config, check=check)
        return
    if not migration:
        _refuse_alone({"WHAT": what, "--prune": prune, "--check": check})
        _print(env, config, out, _monitoring(alerts=alerts, dashboard=dashboard))
        return
    if alerts or dashboard:
        raise UsageError("a migration holds neither alerts nor a board", hint="two commands")
    if out is not None:
        raise UsageError("--out and --migration exclude each other", hint="leave one of them out")
    if not env_is_typed(context):
        raise UsageError(
            "--migration needs --env: all environments run the same migrations",
            hint="supaops render --migration --env production",
        )
    from supaops.cli.migration import migrate  # noqa: PLC0415  what only prints needs no driver

    migrate(env, config, what or "supaops", prune=prune, check=check)


def _monitoring(*, alerts: bool, dashboard: bool) -> Callable[[Config], str] | None:
    """Return what makes the rules or the board; None where the SQL is wanted."""
    if alerts and dashboard:
        raise UsageError("--alerts and --dashboard exclude each other", hint="two commands")
    if not alerts and not dashboard:
        return None
    return rules if alerts else board


def _print(
    env: str, config: Path, out: Path | None, monitoring: Callable[[Config], str] | None
) -> None:
    declared = load(config, env)
    if monitoring:
        if out is not None:
            raise UsageError("--out is for the SQL", hint="send the output to a file: > FILE")
        typer.echo(monitoring(declared), nl=False)
        return
    rendered = resources(declared)
    if out is None:
        typer.echo(annotated_script(rendered), nl=False)
    else:
        _write(out, files(rendered))


def _refuse_beside(given: dict[str, object]) -> None:
    """Refuse what has nothing to do with the function."""
    if others := [name for name, value in given.items() if value]:
        raise UsageError(f"{others[0]} and --edge-function exclude each other", hint="two commands")


def _refuse_alone(given: dict[str, object]) -> None:
    """Refuse what only a migration has."""
    if alone := [name for name, value in given.items() if value]:
        raise UsageError(f"{alone[0]} belongs to --migration", hint="supaops render --help")


def _write(folder: Path, texts: dict[str, str]) -> None:
    with refused("write", folder, hint="give a folder you may write to"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    comment(f"wrote {', '.join(str(folder / name) for name in texts)}")
