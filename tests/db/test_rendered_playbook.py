"""Every statement of a rendered playbook works as written, under other names than the usual."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.render.playbook import playbook
from tests.projects import QUIET_CRON, Project
from tests.render.test_playbook import inline, statements

pytestmark = pytest.mark.stack
OTHER_NAMES = (
    f"queue: {{name: order, schema: mail}}\nworker: {{header: x-mail-secret}}\n{QUIET_CRON}"
)


def test_each_statement_runs(db: Connection, stack: Stack, tmp_path: Path) -> None:
    project = Project.make(tmp_path, stack, OTHER_NAMES)
    db.execute("create schema mail")
    project.apply(db)
    [made] = db.execute("select mail.order_enqueue('game_platform_sync') as id").fetchall()
    page = playbook(project.config)
    for text in [*statements(page), *inline(page)]:
        db.execute(text.replace("<job-id>", str(made["id"])).encode())
    [job] = db.execute('select status from mail."order" where id = %s', [made["id"]]).fetchall()
    assert job["status"] == "cancelled"
    kept = db.execute("select decrypted_secret as value from vault.decrypted_secrets").fetchall()
    assert {"value": "PAUSED"} in kept
