"""`supaops runbook`: the operational playbook, with the real names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import comment, write
from supaops.cli.options import ConfigOption, EnvOption
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.config import Config, Outside, load, resolve_some
from supaops.refusals import refused
from supaops.render.playbook import playbook

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="PATH", help="Write it there, not to stdout.")
]


def runbook(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    out: OutOption = None,
) -> None:
    """Write the playbook with the names of this environment.

    Needs no database, so that a pipeline can keep it current. Where the worker's URL cannot be read
    it tells where that comes from.
    """
    settings = load(config, env)
    text = playbook(settings, _endpoint(settings, config))
    if out is None:
        write(text.rstrip("\n"))
        return
    with refused("write", out, hint="give a file that you may write to"):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    comment(f"wrote {out}")


def _endpoint(settings: Config, path: Path) -> str | None:
    """Return the worker's URL, if it can be read here."""
    root, name = project_root(path), settings.worker.endpoint
    resolved, _problems = resolve_some(settings, os.environ, Outside(root), {name})
    value = resolved.secrets.get(name)
    return value.get_secret_value() if value else None
