"""What `supaops init` writes, by path below the project's root. Pure but for reading templates."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supaops import __version__
from supaops.config import Config
from supaops.config.editor_schema import editor_schema
from supaops.config.fields import EnvRef
from supaops.render.environment import template_root

_CONFIG = "ops/config"
_OVERLAYS = ("local", "preview", "staging", "production")


class CI(StrEnum):
    """The services that there is a pipeline for."""

    GITHUB = "github"
    GITLAB = "gitlab"


# GitLab reads .gitlab-ci.yml alone, which may be there already and include this one.
_PIPELINES = {
    CI.GITHUB: ".github/workflows/supaops.yml",
    CI.GITLAB: ".gitlab-ci.supaops.yml",
}


def starter_texts() -> dict[str, str]:
    """Return a config that is valid as it is, its overlays, and its schema for editors."""
    overlays = {
        f"{_CONFIG}/environments/{name}.yaml": rendered(f"init/environments/{name}.yaml.j2")
        for name in _OVERLAYS
    }
    return {
        f"{_CONFIG}/job_queue.yaml": rendered("init/job_queue.yaml.j2"),
        **overlays,
        f"{_CONFIG}/job_queue.schema.json": editor_schema(),
    }


def ci_texts(service: CI, staging: Config, production: Config) -> dict[str, str]:
    """Return the pipeline that plans, applies and proves these two environments.

    It hands each of them the variables that its YAML names by ``env(NAME)``.
    """
    context = {
        "version": __version__,
        "types_file": shlex.quote(production.runbook.task_types_file),
        "variables": list(dict.fromkeys([*_variables(staging), *_variables(production)])),
    }
    return {_PIPELINES[service]: rendered(f"ci/{service}.yml.j2", context)}


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
