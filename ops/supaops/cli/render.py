"""`supaops render`: the SQL and the resource list, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import say
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption
from supaops.config import load
from supaops.errors import RenderError
from supaops.render import Resource, resources, script

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write supaops.sql and resources.json here."),
]


def render(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    out: OutOption = None,
) -> None:
    """Print the SQL of an environment and its resource list; needs no database and no secret."""
    rendered = resources(load(config, env))
    if out is None:
        typer.echo(f"{script(rendered)}\n{_as_comments(rendered)}", nl=False)
    else:
        _write(out, rendered)


def _as_comments(rendered: tuple[Resource, ...]) -> str:
    lines = (f"--   {each.sha256[:12]}  {each.address}\n" for each in rendered)
    return f"-- {len(rendered)} resources\n{''.join(lines)}"


def _write(out: Path, rendered: tuple[Resource, ...]) -> None:
    listing = [
        {"address": each.address, "sha256": each.sha256, "source": each.source} for each in rendered
    ]
    files = {
        "supaops.sql": script(rendered),
        "resources.json": json.dumps(listing, indent=2) + "\n",
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RenderError(
            f"cannot write: {error.strerror}", place=str(out), hint="give a folder you may write to"
        ) from error
    say(f"wrote {', '.join(str(out / name) for name in files)}")
