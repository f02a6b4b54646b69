"""``supaops serve``: the worker endpoint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from supaops import config, local
from supaops.errors import SupaopsError
from supaops.worker.app import create_app
from supaops.worker.loading import load_handlers
from supaops.worker.server import configure_logging
from supaops.worker.server import serve as serve_app
from supaops.worker.settings import Settings

HANDLERS_VARIABLE = "SUPAOPS_HANDLERS"


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8787,
    handlers: Annotated[
        list[str] | None,
        typer.Option(
            help="Module that registers handlers, as MODULE or MODULE:ATTRIBUTE; repeatable. "
            f"Default: ${HANDLERS_VARIABLE}, comma-separated.",
        ),
    ] = None,
    env: Annotated[str, typer.Option(envvar="SUPAOPS_ENV", help="Environment.")] = "local",
    config_path: Annotated[Path, typer.Option("--config", help="The YAML of the chain.")] = Path(
        "ops/config/job_queue.yaml"
    ),
) -> None:
    """Run the worker that pg_net posts to, until SIGTERM or SIGINT."""
    configure_logging()
    loaded = config.load(config_path, env)
    resolved = config.resolve(loaded, os.environ)
    registry = load_handlers(handlers or _handlers_of_environment(), folder=Path.cwd())
    url = resolved.database_url.get_secret_value() if resolved.database_url else _local_url()
    app = create_app(Settings.of(loaded, resolved.secrets), url, registry)
    if not serve_app(app, host=host, port=port):
        raise SupaopsError("the worker could not start", place=f"{host}:{port}")


def _handlers_of_environment() -> list[str]:
    names = os.environ.get(HANDLERS_VARIABLE, "").split(",")
    return [name.strip() for name in names if name.strip()]


def _local_url() -> str:
    stack = local.find(Path.cwd())
    if stack is None:
        raise SupaopsError("the local stack is not running", hint="supaops local up")
    return stack.url
