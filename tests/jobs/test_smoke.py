"""A job through the real chain, and the hop that is named when one is broken."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from supaops.cli.main import run
from supaops.db.connect import Connection
from supaops.jobs.smoke import SmokeResult, run_smoke
from supaops.report.smoke import verdict_lines
from supaops.status import Severity
from tests.chains import serve
from tests.jobs.conftest import break_link
from tests.projects import ROOT, Project
from tests.waiting import until

pytestmark = pytest.mark.stack

HOPS = ["enqueue", "cron tick", "request", "claim", "success", "answer"]


def smoke(conn: Connection, project: Project, *, seconds: float = 15) -> SmokeResult:
    return run_smoke(conn, project.config, timeout=timedelta(seconds=seconds))


def broken(result: SmokeResult) -> tuple[str, str]:
    assert result.broken is not None
    assert result.broken.fix
    return result.broken.name, result.broken.cause


def test_a_job_passes_every_hop_to_http_200_and_is_removed(
    served: Project, conn: Connection
) -> None:
    result = smoke(conn, served)
    assert result.broken is None
    assert [hop.name for hop in result.hops] == HOPS
    assert result.http_status == 200
    assert all(hop.latency is not None and hop.latency >= timedelta() for hop in result.hops)
    assert conn.execute("select 1 from job_queue").fetchone() is None


def test_the_cron_history_shows_http_200_beside_the_run(served: Project, conn: Connection) -> None:
    result = smoke(conn, served)
    run_id = int(result.hops[1].detail.removeprefix("run "))
    history = (
        "select http_status, http_outcome from job_queue_cron_history "
        "where runid = %s and cron_status = 'succeeded'"
    )
    row = until(lambda: conn.execute(history, (run_id,)).fetchone())
    assert row == {"http_status": 200, "http_outcome": "ok"}


def test_without_a_worker_the_answer_is_the_broken_hop(chain: Project, conn: Connection) -> None:
    name, cause = broken(smoke(conn, chain))
    assert name == "answer"
    assert "connect" in cause


def test_a_wrong_secret_is_named_with_its_401(served: Project, conn: Connection) -> None:
    break_link(
        conn,
        "select vault.update_secret(id, 'not the worker''s secret') from vault.secrets "
        "where name = 'job_queue_runner_secret'",
    )
    result = smoke(conn, served)
    name, cause = broken(result)
    assert name == "answer"
    assert cause.startswith("HTTP 401: the worker refused the secret")
    assert "not the worker's" not in str(list(verdict_lines(result)))


def test_a_disabled_worker_is_named_with_its_503(chain: Project, conn: Connection) -> None:
    with serve(chain, JOB_QUEUE_DISABLED="true"):
        name, cause = broken(smoke(conn, chain))
    assert (name, cause[:8]) == ("answer", "HTTP 503")


def test_a_wrong_path_is_named_with_its_404(served: Project, conn: Connection) -> None:
    break_link(
        conn,
        "select vault.update_secret(id, decrypted_secret || '/nowhere') "
        "from vault.decrypted_secrets where name = 'job_queue_worker_endpoint'",
    )
    name, cause = broken(smoke(conn, served))
    assert (name, cause[:8]) == ("answer", "HTTP 404")


def test_an_inactive_cron_job_is_named_at_once(served: Project, conn: Connection) -> None:
    break_link(
        conn,
        "select cron.alter_job(jobid, active := false) from cron.job "
        "where jobname = 'job_queue_worker'",
    )
    name, cause = broken(smoke(conn, served, seconds=60))
    assert (name, cause) == ("cron tick", "job_queue_worker is not active in test")


def test_a_cron_job_that_is_gone_is_named_with_the_apply_that_helps(
    served: Project, conn: Connection
) -> None:
    break_link(conn, "select cron.unschedule('job_queue_worker')")
    result = smoke(conn, served, seconds=60)
    assert broken(result) == ("cron tick", "the declared cron job is not in pg_cron")
    assert result.broken is not None
    assert result.broken.fix == "supaops apply --env test"


def test_a_run_that_fails_shows_the_servers_own_message(served: Project, conn: Connection) -> None:
    break_link(conn, "delete from vault.secrets where name = 'job_queue_worker_endpoint'")
    name, cause = broken(smoke(conn, served))
    assert name == "cron tick"
    assert "job_queue_worker_endpoint" in cause


def test_a_paused_queue_is_suspected_when_the_worker_claims_nothing(
    served: Project, conn: Connection
) -> None:
    break_link(conn, "select job_queue_pause('default', 'smoke test of a pause')")
    name, cause = broken(smoke(conn, served, seconds=4))
    conn.execute("select job_queue_resume('default')")
    assert name == "claim"
    assert "may be paused" in cause


def test_a_smoke_job_is_first_even_behind_a_backlog(served: Project, conn: Connection) -> None:
    conn.execute("select job_queue_enqueue('supaops_smoke') from generate_series(1, 500)")
    result = smoke(conn, served)
    conn.execute("delete from job_queue")
    assert result.broken is None


@pytest.mark.usefixtures("served")
def test_the_playbooks_own_smoke_statement_is_answered_with_200(conn: Connection) -> None:
    playbook = (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8")
    statement = re.search(r"with secrets as \(.*?\);", playbook, re.DOTALL)
    assert statement is not None
    row = conn.execute(statement[0].encode()).fetchone() or {}
    answer = until(
        lambda: conn.execute(
            "select status_code, error_msg from net._http_response where id = %s",
            (row["http_post"],),
        ).fetchone()
    )
    assert answer == {"status_code": 200, "error_msg": None}


def test_the_command_exits_0_with_json_and_2_with_the_hop_and_its_remedy(
    chain: Project,
    conn: Connection,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in chain.environ.items():
        monkeypatch.setenv(name, value)
    words = ["smoke", "--config", str(chain.config_path), "--timeout", "15"]
    with serve(chain):
        assert run([*words, "--format", "json"]) == Severity.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["http_status"], told["format_version"]) == (True, 200, "1.0")
    assert [hop["name"] for hop in told["hops"]] == HOPS
    assert run(words) == Severity.CRITICAL
    out = capsys.readouterr().out
    assert "Broken at answer.\n" in out
    assert "  no HTTP answer: " in out
    assert "fix: supaops serve --env test" in out
    assert max(map(len, out.splitlines()[:-3])) <= 100
    assert chain.environ["JOB_QUEUE_RUNNER_SECRET"] not in out
    assert conn.execute("select 1 from job_queue").fetchone() is None
