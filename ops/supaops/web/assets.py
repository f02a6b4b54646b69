"""Addresses of static files that change with what the files hold, so that browsers keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from supaops.web.access.cookies import PATH

FOLDER = Path(__file__).parent / "static"
_DIGITS = 12


def asset(path: str) -> str:
    """Return the address of a file below ``static``."""
    return f"{PATH}/static/{path}?v={version(path)}"


@cache
def version(path: str) -> str:
    """Return what stands for the content of a file; empty where there is none."""
    file = FOLDER / path
    if not file.is_file():
        return ""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGITS]
