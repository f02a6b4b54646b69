"""What `supaops init` writes, by path below the project's root. Pure but for reading templates."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supaops import __version__
from supaops.config import Config
from supaops.config.editor_schema import editor_schema
from supaops.config.fields import EnvRef
from supaops.render.environment import template_root
from supaops.scaffold.roots import CONFIG
from supaops.scaffold.runner import EDGE_FUNCTION, Runner
from supaops.scaffold.services import CI, PIPELINES

_CONFIG = CONFIG.as_posix()
MAKE_TARGETS = "supaops.mk"
_OVERLAYS = ("local", "preview", "staging", "production")
# What the playbook says of the application, and `supaops types` writes.
_FILES = {
    Runner.EDGE: (f"{EDGE_FUNCTION}/types.ts", f"{EDGE_FUNCTION}/handlers/index.ts"),
    Runner.PYTHON: ("jobs/types.py", "jobs/handlers.py"),
    Runner.ROUTE: ("lib/jobs/types.ts", "lib/jobs/handlers/index.ts"),
}
_TOP = PurePosixPath()
_PLAIN = re.compile(r"[A-Za-z][\w ]*", re.ASCII)


def starter_texts(title: str, runner: Runner) -> dict[str, str]:
    """Return a config that is valid as it is, its overlays, and its schema for editors.

    Args:    title: of the project.
    """
    types_file, handlers_file = _FILES[runner]
    context = {
        "title": title if _PLAIN.fullmatch(title) else json.dumps(title, ensure_ascii=False),
        "types_file": types_file,
        "handlers_file": handlers_file,
        "is_edge": runner is Runner.EDGE,
    }
    overlays = {
        f"{_CONFIG}/environments/{name}.yaml": rendered(
            f"init/environments/{name}.yaml.j2", context
        )
        for name in _OVERLAYS
    }
    return {
        f"{_CONFIG}/job_queue.yaml": rendered("init/job_queue.yaml.j2", context),
        **overlays,
        f"{_CONFIG}/job_queue.schema.json": editor_schema(),
    }


def ci_texts(
    service: CI, staging: Config, production: Config, folder: PurePosixPath = _TOP
) -> dict[str, str]:
    """Return the pipeline that plans, applies and proves these two environments.

    It hands each of them the variables that its YAML names by ``env(NAME)``.

    Args:    folder: the project's, below the top of its git repository, where pipelines lie.
    """
    below = "".join(f"{part}/" for part in folder.parts)
    context = {
        "version": __version__,
        "types_file": shlex.quote(production.runbook.task_types_file),
        "variables": list(dict.fromkeys([*_variables(staging), *_variables(production)])),
        "below": below,
        "folder": below.rstrip("/"),
    }
    path = "../" * len(folder.parts) + PIPELINES[service]
    return {path: rendered(f"ci/{service}.yml.j2", context)}


def make_texts() -> dict[str, str]:
    """Return the targets for make."""
    return {MAKE_TARGETS: rendered("init/supaops.mk.j2")}


def _variables(config: Config) -> Iterator[str]:
    values = (config.database.url, *(each.value for each in config.vault.secrets.values()))
    yield from (value.name for value in values if isinstance(value, EnvRef))


def rendered(template: str, context: Mapping[str, Any] | None = None) -> str:
    """Render a template whose marks are ``[[ value ]]`` and ``[% block %]``."""
    return _environment().get_template(template).render(context or {})


@cache
def _environment() -> Environment:
    """Return an environment whose marks mean nothing to a shell, nor to GitHub's expressions."""
    return Environment(
        loader=FileSystemLoader(template_root()),
        undefined=StrictUndefined,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  YAML is no HTML, and nothing here comes from a stranger
    )
