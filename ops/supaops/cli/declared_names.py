"""The names that a project declares, from its YAML, without a word on what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supaops.cli.project import DEFAULT_CONFIG, project_root

_WHERE = {
    "cron": ("cron", "jobs"),
    "secret": ("vault", "secrets"),
    "task_type": ("queue", "task_types"),
}


def names_of(kind: str, config: str | None, environment: str | None) -> list[str]:
    """Return the names of one kind.

    Args:
        kind: ``environment``, ``cron``, ``secret``, ``task_type`` or ``queue``.
        config: the base YAML, where the command line names one.
        environment: whose overlay counts too.
    """
    base = Path(config).expanduser() if config else project_root() / DEFAULT_CONFIG
    folder = base.parent / "environments"
    if kind == "environment":
        return sorted(file.stem for file in folder.glob("*.yaml"))
    documents = [_document(base), _document(folder / f"{environment or 'local'}.yaml")]
    return sorted({name for each in documents for name in _names(kind, each)})


def _names(kind: str, document: Mapping[str, Any]) -> set[str]:
    if kind != "queue":
        return set(_section(document, *_WHERE[kind]))
    types = _section(document, "queue", "task_types").values()
    named = {each["queue"] for each in types if isinstance(each, dict) and "queue" in each}
    return {"default", *named, *_section(document, "queue", "limits")}


def _section(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def _document(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415  most answers need no YAML
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  as above

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError):
        return {}  # at a Tab nobody reads of a mistake; every command tells it
    return found if isinstance(found, dict) else {}
