"""Processes of the server that are gone."""

from __future__ import annotations

from tests.faults.fault import Injection, sql


def gone(names: str) -> Injection:
    """Return an injection after which the server shows no process of a name or type like this.

    The real ones come back within a second of their end, which is no time to look at anything.
    """
    return sql(
        f"""
        set local allow_system_table_mods = on;
        do $do$
        begin
          execute 'create or replace view pg_catalog.pg_stat_activity as '
            || rtrim(pg_get_viewdef('pg_catalog.pg_stat_activity'::regclass), ';')
            || $$ where s.application_name not like '{names}'
                    and s.backend_type not like '{names}'$$;
        end
        $do$
        """
    )
