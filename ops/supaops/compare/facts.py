"""What one environment declares, as names and texts that another's can be held against. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from supaops.config import Config
from supaops.render import Kind, Resource

Facts = Mapping[str, Mapping[str, str]]
"""A text by name, by group."""

SETTINGS, SECRETS, RESOURCES = "settings", "secrets", "resources"
_IS_A_RESOURCE = frozenset(
    {("queue", "task_types"), ("queue", "limits"), ("vault", "secrets"), ("cron", "jobs")}
)


def declared(config: Config, resources: tuple[Resource, ...]) -> Facts:
    """Return the settings, the secrets' sources and the resources of an environment.

    No secret's value is known here: a secret is its description and where its value comes from.
    """
    return {
        SETTINGS: dict(_settings(config)),
        SECRETS: dict(_secrets(config)),
        RESOURCES: {
            each.address: each.definition
            for each in resources
            if each.kind is not Kind.VAULT_SECRET
        },
    }


def _settings(config: Config) -> Iterator[tuple[str, str]]:
    data = config.model_dump(mode="json", by_alias=True, exclude={"environment"})
    for path, value in _leaves(data, ()):
        yield ".".join(path), _written(value)


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if path in _IS_A_RESOURCE:
        return
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _secrets(config: Config) -> Iterator[tuple[str, str]]:
    for name, secret in config.vault.secrets.items():
        yield name, f"value: {secret.value}\ndescription: {secret.description}"
