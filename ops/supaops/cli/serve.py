"""`supaops serve`: the worker endpoint that pg_net posts to."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from supaops.cli.console import say
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, project_root, target
from supaops.db.connect import describe
from supaops.worker.app import create_app
from supaops.worker.loading import load_handlers
from supaops.worker.server import configure_logging, run_server
from supaops.worker.settings import Settings

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


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for a free one.")] = 8787,
    handlers: HandlersOption = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Run the worker: claim jobs when pg_net posts, until SIGTERM or SIGINT."""
    configure_logging()
    where = target(env, config)
    settings = Settings.of(where.config, where.resolved.secrets)
    registry = load_handlers(handlers or _from_environment(), folder=project_root(config))
    say(f"serve for {env}: {describe(where.database_url)}", "dim")
    run_server(create_app(settings, where.database_url, registry), host=host, port=port)


def _from_environment() -> list[str]:
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    return [name.strip() for name in names if name.strip()]
