"""From the files of one environment to a Config."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from supaops.config.document import Document
from supaops.config.explain import explain, problem_at
from supaops.config.model import Config
from supaops.config.overlay import read_environment
from supaops.config.places import KeyPath, SourceMap
from supaops.config.validate import cross_check
from supaops.errors import ConfigError, SupaopsError


def load(path: Path, environment: str, texts: Mapping[Path, str] | None = None) -> Config:
    """Read `path` and the overlay of `environment` beside it into a checked Config.

    Args:    texts: what to read in place of a file, as one that is yet to be written.
    Raises:  ConfigError with every problem found, in the order of the files' lines.
    """
    document = read_environment(path, environment, texts or {})
    source = SourceMap(document.spots)
    problems = [*document.problems, *_forbidden(document, source)]
    problems += cross_check(document.data, source)
    try:
        config = Config.model_validate(
            {**document.data, "environment": environment}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        # A scalar that could not be read is reported once, by its reader.
        told = {problem.place for problem in document.problems}
        problems += [p for p in explain(error, Config, source) if p.place not in told]
    if problems:
        raise ConfigError(_sorted(problems))
    config._source = source  # noqa: SLF001  a private attribute stays writable on a frozen model
    return config


def config_place(config: Config, path: str | KeyPath) -> str | None:
    """Return ``file:line:column`` of a key, or of the nearest section when the key is a default.

    Args:    path: ``cron.jobs.nightly.schedule``, or its keys as a tuple.
    Returns: None when `config` was not loaded from a file.
    """
    source = config._source  # noqa: SLF001  the model keeps it for this function alone
    keys = path if isinstance(path, tuple) else source.named(path)
    spot = source.find(keys)
    return str(spot.key) if spot else None


def _forbidden(document: Document, source: SourceMap) -> list[SupaopsError]:
    if "environment" not in document.data:
        return []
    return [
        problem_at(
            source,
            ("environment",),
            "the environment is chosen on the command line",
            hint="remove the key; use --env NAME",
            at_key=True,
        )
    ]


def _sorted(problems: list[SupaopsError]) -> list[SupaopsError]:
    unique = {(problem.place, problem.message): problem for problem in problems}
    return sorted(unique.values(), key=_order)


def _order(problem: SupaopsError) -> tuple[Any, ...]:
    file, *position = (problem.place or "").rsplit(":", 2)
    return (file, *(int(number) for number in position if number.isdecimal()))
