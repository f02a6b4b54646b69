"""What of ours may be called over the Data API: everything by service_role, nothing by others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.local.gateway.tokens import token
from tests.local.gateway.conftest import Api
from tests.projects import Project, reset
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.parity]

_OURS = """
select p.proname as name,
       coalesce(p.proargnames[: p.pronargs - p.pronargdefaults], '{}') as required
from pg_proc p
where p.pronamespace = 'public'::regnamespace and p.proname ~ '^job_queue' and p.prokind = 'f'
order by 1
"""


@pytest.fixture(scope="module")
def queue(stack: Stack, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Apply a queue; a real PostgREST is told of it."""
    project = Project.make(tmp_path_factory.mktemp("ours"), stack)
    with connect(stack.url, application_name="pytest") as connection:
        reset(connection)
        project.apply(connection)
        connection.execute("notify pgrst, 'reload schema'")
        until(lambda: api.rpc("job_queue_stats").status_code == 200)
        yield connection


def _refusals(queue: Connection, api: Api, **request: Any) -> dict[str, tuple[int, str]]:
    """Return how each of our functions answers."""
    found = {}
    with httpx.Client(base_url=api.url, timeout=20) as client:
        for row in queue.execute(_OURS).fetchall():
            url, body = f"/rest/v1/rpc/{row['name']}", dict.fromkeys(row["required"])
            said = client.post(url, json=body, **request)
            answer = said.json()
            code = answer.get("code", "") if isinstance(answer, dict) else ""
            found[row["name"]] = (said.status_code, code)
    return found


def test_stranger_is_refused_by_each_of_our_functions(queue: Connection, api: Api) -> None:
    refusals = _refusals(queue, api, headers={"apikey": api.anon})
    assert len(refusals) > 20
    assert set(refusals.values()) == {(401, "42501")}, refusals


def test_user_is_refused_by_each_of_our_functions(queue: Connection, api: Api, secret: str) -> None:
    user = {"authorization": f"Bearer {token({'role': 'authenticated'}, secret)}"}
    refusals = _refusals(queue, api, headers={"apikey": api.anon, **user})
    assert set(refusals.values()) == {(403, "42501")}, refusals


def test_private_schema_is_not_exposed(queue: Connection, api: Api) -> None:  # noqa: ARG001  applied
    said = api.rpc("oldest_writer", headers={"content-profile": "supaops"})
    assert (said.status_code, said.json()["code"]) == (406, "PGRST106")
    assert api.rpc("oldest_writer").status_code == 404


def test_job_goes_all_its_way_over_the_api(queue: Connection, api: Api) -> None:
    enqueued = api.rpc("job_queue_enqueue", {"task_type": "game_platform_sync"})
    [job] = api.rpc("job_queue_claim", {"limit": 1, "worker": "w", "lease": "1 min"}).json()
    assert (job["id"], job["payload"], job["timeout"]) == (enqueued.json(), {}, "00:00:30")
    done = {"job_id": job["id"], "lease_id": job["lease_id"], "result": {"n": 1}}
    assert api.rpc("job_queue_mark_succeeded", done).json() is True
    [row] = queue.execute("select status, result from public.job_queue").fetchall()
    assert row == {"status": "succeeded", "result": {"n": 1}}


def test_task_type_that_is_not_declared_is_refused_with_the_databases_words(
    queue: Connection,  # noqa: ARG001  applied
    api: Api,
) -> None:
    said = api.rpc("job_queue_enqueue", {"task_type": "game_platform_sink"})
    assert (said.status_code, said.json()["code"]) == (400, "JQ001")
    assert said.json()["message"]
