"""What a cron job's SQL reads from Vault."""

from __future__ import annotations

import pglast
import pytest

from supaops.config.problem import Complaint
from supaops.config.statement import check_statement, plannable, vault_names

READ = {
    "select 1": [],
    "select 1 from t where name = 'a'": [],
    "select 1 from vault.decrypted_secrets where name = 'a'": ["a"],
    "select 1 from vault.secrets where 'a' = name and true": ["a"],
    "select 1 from vault.decrypted_secrets where name in ('a', 'b')": ["a", "b"],
    "select 1 from vault.decrypted_secrets s where s.name = 'a'::text or not s.name = 'b'": [
        "a",
        "b",
    ],
    "select 1 from VAULT.Secrets where name = 'a'": ["a"],
    r"""select 1 from U&"v\0061ult".secrets where name = 'a'""": ["a"],
    "select 1 from t join vault.secrets v on true where v.name = 'a' and t.name = 'b'": ["a"],
    "with s as (select * from vault.secrets where name = 'a') select 1 from s": ["a"],
    "select net.http_post(url := (select decrypted_secret from vault.decrypted_secrets"
    " where name = 'a'), body := '{}')": ["a"],
}


@pytest.mark.parametrize(("sql", "names"), READ.items())
def test_the_secrets_that_a_statement_reads_by_name(sql: str, names: list[str]) -> None:
    assert vault_names(check_statement(sql)) == names


def test_a_very_deep_condition_is_read() -> None:
    sql = f"select 1 from vault.secrets where {'not ' * 3000} name = 'a'"
    assert vault_names(check_statement(sql)) == ["a"]


def test_a_syntax_error_is_placed_and_not_quoted() -> None:
    with pytest.raises(Complaint) as caught:
        check_statement("select 1,\n  hunter2 hunter2 hunter2")
    assert "line 2, column 19" in caught.value.expected
    assert "hunter2" not in caught.value.expected


@pytest.mark.parametrize(
    ("command", "planned"),
    [
        ("select 'äöü'; vacuum; delete from t where 'ß' = n", 2),
        ("do $$ begin null; end $$; call p(); values (1)", 1),
        ("vacuum t", 0),
        ("merge into t using s on true when matched then do nothing", 1),
    ],
)
def test_what_can_be_planned_comes_whole_whatever_its_letters(command: str, planned: int) -> None:
    found = plannable(command)
    assert len(found) == planned
    assert all(each in command and pglast.parse_sql(each) for each in found)
