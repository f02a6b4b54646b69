"""Settings that a superuser gives to role postgres for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from supaops.db.connect import connect
from supaops.local import Stack


@contextmanager
def role_setting(stack: Stack, name: str, value: str) -> Iterator[None]:
    """Have every new session of role postgres start with a setting."""
    with connect(stack.admin_url) as admin:
        admin.execute(f"alter role postgres set {name} = '{value}'".encode())
        try:
            yield
        finally:
            admin.execute(f"alter role postgres reset {name}".encode())
