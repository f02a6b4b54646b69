"""The playbook that is rendered says what the one by hand says, with an environment's own names."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from pglast import parse_sql

from supaops.config import Config, load
from supaops.render.playbook import playbook
from tests.projects import ROOT, base_file, lay_out

BY_HAND = (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8")
OTHER_NAMES = """
queue: {name: order, schema: mail, retention: {succeeded: 3d, failed: 30d}}
worker: {timeout: 7s, header: x-mail-secret}
sentry: {dsn: env(SENTRY_DSN)}
runbook: {title: Mail, primary: Ada, escalation: Grace}
cron: {jobs: {job_queue_cleanup_daily: {active: false}}}
"""


def statements(page: str) -> list[str]:
    """Return the fenced SQL, each without its indent."""
    fenced = re.findall(r"^ *```sql\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block).strip() for block in fenced]


def inline(page: str) -> list[str]:
    return re.findall(r"`(select [^`]+;)`", page)


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ .+$", page, re.MULTILINE)


@pytest.fixture
def other(tmp_path: Path) -> Config:
    """Return a config whose names all differ from the playbook's."""
    lay_out(tmp_path, OTHER_NAMES)
    return load(base_file(tmp_path), "test")


def shipped() -> str:
    return playbook(load(base_file(ROOT), "production"))


def test_it_has_the_chapters_of_the_one_by_hand() -> None:
    assert headings(shipped()) == headings(BY_HAND)


def test_it_has_every_statement_of_the_one_by_hand_but_for_its_made_up_id() -> None:
    made_up = "'d8a9d3fc-e58e-427a-adfe-4b749f8c081d'"
    by_name = "(select id from vault.secrets where name = 'job_queue_runner_secret')"
    expected = {text.replace(made_up, by_name) for text in statements(BY_HAND)}
    assert expected <= set(statements(shipped()))


def test_its_sql_is_postgresql_under_any_name(other: Config) -> None:
    page = playbook(other)
    found = [*statements(page), *inline(page)]
    assert len(found) > 10
    for text in found:
        parse_sql(text)


def test_no_name_of_the_one_by_hand_is_left(other: Config) -> None:
    page = playbook(other)
    assert "mail.order_cleanup(interval '7 days')" in page
    assert 'update mail."order"' in page
    assert "'x-mail-secret'" in page
    assert "timeout_milliseconds := 7000" in page
    assert "the Mail job queue in `test`" in page
    assert "Kept: succeeded 3d, cancelled 14d, failed 30d." in page
    assert "- Primary: Ada.\n- Escalation: Grace.\n" in page
    assert "Sentry traces" in page
    assert "`15 3 * * *`, inactive here" in page
    assert "supaops verify --env test" in page


def test_the_workers_url_is_shown_without_credentials_and_query() -> None:
    config = load(base_file(ROOT), "production")
    page = playbook(config, "https://user:hidden@worker.example/api/jobs/run?token=hidden#hidden")
    assert "- Worker endpoint: `https://worker.example/api/jobs/run`\n" in page
    assert "hidden" not in page


def test_without_its_url_the_playbook_tells_where_that_comes_from() -> None:
    assert "- Worker endpoint: `env(JOB_QUEUE_WORKER_ENDPOINT)`\n" in shipped()


def test_where_posts_are_signed_the_smoke_test_puts_no_secret_into_a_queue(tmp_path: Path) -> None:
    lay_out(tmp_path, "worker: {auth: signature}")
    page = playbook(load(base_file(tmp_path), "test"))
    assert "select job_queue_trigger_worker();" in statements(page)
    assert not [each for each in statements(page) if "decrypted_secret as secret" in each]
    assert "net.http_post" not in page
