"""`.env.example`: each variable that the YAML names, what it is for and where to get it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from supaops.config.model import Config
from supaops.scaffold.additions import Addition
from supaops.scaffold.variables import Variable

NAME = ".env.example"
_HEAD = """\
# What the job chain needs in an environment that is not local. Copy this file to .env, fill it in
# and keep that one out of git. Values stand in single quotes, since a shell reads them.
#
#   set -a; . ./.env; set +a; supaops doctor --env staging
"""
_ASSIGNMENT = re.compile(r"^[ \t]*#?[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=", re.MULTILINE)


def has_example(root: Path) -> bool:
    """Tell whether a project says where its values come from."""
    return (root / NAME).is_file()


def env_example(found: Sequence[Variable], config: Config, ref: str) -> Addition:
    """Return what `.env.example` should hold.

    Args:    config: of an environment elsewhere; ref: of the linked Supabase project, or empty.
    """

    def missing(text: str) -> list[str]:
        there = set(_ASSIGNMENT.findall(text))
        absent = (each for each in found if each.name not in there)
        return [line for each in absent for line in _lines(each, config, ref)]

    return Addition(NAME, missing, _HEAD, _names)


def _names(lines: Iterable[str]) -> str:
    return ", ".join(_ASSIGNMENT.findall("\n".join(lines)))


def _lines(variable: Variable, config: Config, ref: str) -> Iterator[str]:
    yield ""
    if variable.is_lent:
        yield "# For the environment local alone: `supaops local up` lends it."
        yield f"# {variable.name}=''"
        return
    yield from (f"# {sentence}" for sentence in _help(variable, config, ref))
    yield f"{variable.name}=''"


def _help(variable: Variable, config: Config, ref: str) -> Iterator[str]:
    match variable.key:
        case ("database", "url"):
            yield "The database, with its password: Connect > Session pooler, port 5432, at"
            yield f"https://supabase.com/dashboard/project/{ref or '_'}?showConnect=true"
        case ("vault", "secrets", name, _):
            yield f"{variable.description or 'A secret'} ({name} in Vault)."
            yield from _secret_help(str(name), config)
        case ("sentry", "dsn"):
            yield "Optional, for reports of failures: Settings > Client Keys (DSN) in Sentry."
        case ("watch", "heartbeat"):
            yield "Optional: the URL that expects a call of `supaops watch`."
        case _:
            yield f"For {'.'.join(map(str, variable.key))} in ops/config."


def _secret_help(name: str, config: Config) -> Iterator[str]:
    if name == config.worker.endpoint:
        yield "Where the worker is reached from the database: https://HOST/api/jobs/run"
    if name == config.worker.secret:
        yield "The worker has the same, each environment another. To make one: openssl rand -hex 32"
