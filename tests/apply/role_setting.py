"""Settings that a superuser gives to role postgres for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from supaops.db.connect import connect
from supaops.local import Stack

_BEFORE = """
select 'alter role postgres set ' || name || ' to ' || setting as statement
  from (select split_part(each, '=', 1) as name, substr(each, strpos(each, '=') + 1) as setting
          from pg_db_role_setting s, unnest(s.setconfig) as each
         where s.setrole = 'postgres'::regrole and s.setdatabase = 0) as known
 where name = %s
"""


@contextmanager
def role_setting(stack: Stack, name: str, value: str) -> Iterator[None]:
    """Have every new session of role postgres start with a setting, and then as it was before."""
    with connect(stack.admin_url) as admin:
        before = admin.execute(_BEFORE, [name]).fetchone()
        admin.execute(f"alter role postgres set {name} = '{value}'".encode())
        try:
            yield
        finally:
            back = before["statement"] if before else f"alter role postgres reset {name}"
            admin.execute(back.encode())
