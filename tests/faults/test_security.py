"""Faults of the checks ``security.*``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.status import Severity
from tests.faults.fault import Fault, Scene, judge, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

DRIFT = frozenset({"config.drift"})
"""An apply would change it back: that is told too."""

TOKEN = "ey" + "JhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln"
"""Put together here, so that this file itself holds no token."""
OF_THE_PROJECT = (
    "create function public.{name}() returns bigint language sql security definer {setting}"
    " as $$ {body} $$;"
)

FAULTS = (
    Fault(
        "security.exposed",
        "signed-in users may read the queue",
        Severity.CRITICAL,
        sql("grant select on public.job_queue to authenticated"),
        also=DRIFT,
        observed="public.job_queue: authenticated",
    ),
    Fault(
        "security.exposed",
        "everybody may read one column of the queue",
        Severity.CRITICAL,
        sql("grant select (payload) on public.job_queue to public"),
        also=DRIFT,
        observed="public.job_queue: anon, authenticated",
    ),
    Fault(
        "security.execute",
        "a function of the queue is open to everybody",
        Severity.CRITICAL,
        sql("grant execute on function public.job_queue_stats() to public"),
        also=DRIFT,
        observed="job_queue_stats(): anon, authenticated",
    ),
    Fault(
        "security.private_schema",
        "the Data API's role may use the private schema",
        Severity.CRITICAL,
        sql("grant usage on schema supaops to anon"),
        also=DRIFT,
        observed="usage of anon",
    ),
    Fault(
        "security.private_schema",
        "the private schema is listed for the Data API",
        Severity.CRITICAL,
        sql("alter role authenticator set pgrst.db_schemas = 'public, supaops'"),
        observed="supaops: listed in pgrst.db_schemas",
    ),
    Fault(
        "security.rls",
        "row level security of the queue is off",
        Severity.CRITICAL,
        sql("alter table public.job_queue disable row level security"),
        also=DRIFT,
        observed="public.job_queue",
    ),
    Fault(
        "security.rls",
        "row level security of a private table is off",
        Severity.WARNING,
        sql("alter table supaops.resource_version disable row level security"),
        also=DRIFT,
        observed="supaops.resource_version",
    ),
    Fault(
        "security.search_path",
        "a function of the queue has lost its search_path",
        Severity.WARNING,
        sql("alter function public.job_queue_stats() reset search_path"),
        also=DRIFT,
        observed="job_queue_stats()",
    ),
    Fault(
        "security.search_path",
        "a function of the project has its owner's rights and its caller's search_path",
        Severity.WARNING,
        sql(OF_THE_PROJECT.format(name="helper", setting="", body="select 1::bigint")),
        observed="helper()",
    ),
    Fault(
        "security.net_functions",
        "a function of the project posts for whoever calls it",
        Severity.WARNING,
        sql(
            OF_THE_PROJECT.format(
                name="ping",
                setting="set search_path = ''",
                body="select net.http_get('http://127.0.0.1:9')",
            )
            + " grant execute on function public.ping() to anon"
        ),
        observed="ping()",
    ),
    Fault(
        "security.net_readers",
        "a role for reports can log in, and read queued headers",
        Severity.WARNING,
        sql("create role supaops_test_reports login"),
        observed="supaops_test_reports",
    ),
    Fault(
        "security.cron_secrets",
        "a key stands in a cron job's command",
        Severity.WARNING,
        sql(f"select cron.schedule('sync', '0 0 1 1 *', 'select 1 -- {TOKEN}')"),
        observed="sync: a JSON web token",
    ),
    Fault(
        "security.cron_secrets",
        "the history holds a command with a key",
        Severity.WARNING,
        sql(
            "insert into cron.job_run_details (jobid, runid, username, command, status, start_time,"
            " end_time) values (0, nextval('cron.runid_seq'), 'postgres',"
            f" 'select 1 -- {TOKEN}', 'succeeded', now(), now())"
        ),
        observed="a JSON web token",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


def test_the_value_of_a_declared_secret_in_a_command_is_told_by_its_name(scene: Scene) -> None:
    value = scene.project.resolved.secrets["job_queue_runner_secret"].get_secret_value()
    scene.conn.execute("select cron.schedule('sync', '0 0 1 1 *', %s)", [f"select '{value}'"])
    found = {each.id: each for each in judge(scene)}["security.cron_secrets"]
    assert found.observed == "sync: the value of job_queue_runner_secret"
    assert value not in repr(found)
