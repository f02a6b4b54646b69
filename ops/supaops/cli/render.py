"""`supaops render`: the SQL and the resource list, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import say
from supaops.cli.options import ConfigOption, EnvOption
from supaops.cli.project import DEFAULT_CONFIG
from supaops.config import load
from supaops.errors import RenderError
from supaops.render import annotated_script, files, resources

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write supaops.sql and resources.json here."),
]


def render(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    out: OutOption = None,
) -> None:
    """Print the SQL of an environment, without a database.

    It needs no secret either. The list of its resources follows as comments.
    """
    rendered = resources(load(config, env))
    if out is None:
        typer.echo(annotated_script(rendered), nl=False)
    else:
        _write(out, files(rendered))


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
