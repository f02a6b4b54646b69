"""Which packages an extra brings: ``pip install 'supaops[worker]'``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from supaops.errors import SupaopsError

MODULES: Mapping[str, tuple[str, ...]] = {
    "worker": ("h11", "jsonschema", "jwt", "starlette", "structlog", "supabase", "uvicorn"),
    "dashboard": (
        "cron_descriptor",
        "cryptography",
        "h11",
        "itsdangerous",
        "jwt",
        "markdown_it",
        "python_multipart",
        "starlette",
        "structlog",
        "uvicorn",
    ),
}
"""By extra, what whoever asks for it imports; the other extras' users look for it themselves."""


def require(extra: str, what: str) -> None:
    """Check that an extra is installed.

    Args:    what: needs it, such as ``supaops serve``.
    Raises:  SupaopsError that says how to get it.
    """
    if missing := [name for name in MODULES[extra] if find_spec(name) is None]:
        raise SupaopsError(
            f"{what} needs packages that are not installed: {', '.join(missing)}",
            hint=f"pip install 'supaops[{extra}]'",
        )
