"""How each kind of statement is kept from running in a copy of the database."""

from __future__ import annotations

import pytest

from supaops.config.guarding import Guarding, guarding

BEFORE = """
select net.http_post('https://example.com')
select 1 -- a comment at the end
delete from t where a < now() - interval '1 day'
analyze t
refresh materialized view concurrently v
create index i on t (a)
reindex table t
drop table t
alter table t detach partition p
alter database d connection limit 1
alter type e add value 'x'
notify channel
explain analyze delete from t
"""
BLOCK = """
call p(1)
call p(1) -- a comment
do $$ begin perform 1; commit; end $$
"""
BARE = """
vacuum
vacuum (analyze) t
reindex (concurrently) index i
reindex table concurrently t
reindex schema s
reindex database d
create index concurrently i on t (a)
drop index concurrently i
alter table t detach partition p concurrently
alter system set work_mem = '8MB'
create database d
drop database d
alter database d set tablespace s
create tablespace s location '/'
drop tablespace s
cluster
discard all
"""
IMPOSSIBLE = """
create subscription s connection '' publication p
alter subscription s refresh publication
drop subscription s
commit prepared 'x'
"""
LISTED = [
    (kind, sql)
    for kind, statements in (
        (Guarding.BEFORE, BEFORE),
        (Guarding.BLOCK, BLOCK),
        (Guarding.BARE, BARE),
        (Guarding.IMPOSSIBLE, IMPOSSIBLE),
    )
    for sql in statements.strip().splitlines()
]


@pytest.mark.parametrize(("kind", "sql"), LISTED)
def test_a_statement_is_guarded_as_it_can_be(kind: Guarding, sql: str) -> None:
    assert guarding(sql) is kind
