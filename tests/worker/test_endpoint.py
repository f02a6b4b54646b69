"""The endpoint over real HTTP; the queue behind it is in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from supaops import __version__
from supaops.errors import DatabaseError
from supaops.worker import Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.http.app import application
from supaops.worker.http.endpoint import Endpoint
from supaops.worker.reporter import Reporter
from supaops.worker.runner import Runner
from supaops.worker.settings import Settings
from tests.worker.fake_queue import FakeQueue, gone, job
from tests.worker.queue_rows import until
from tests.worker.rig import no_connection
from tests.worker.serving import serving

pytestmark = pytest.mark.anyio

SECRET = "s3cret-of-the-runner"
RUN = "/api/jobs/run"
AUTH = {"x-job-runner-secret": SECRET}


class Service:
    """An endpoint's parts, to be changed before and while it serves."""

    def __init__(self, *, timeout: float = 10) -> None:
        self.queue = FakeQueue()
        self.handlers = Handlers()
        self.environ: dict[str, str] = {}
        self.settings = Settings(
            header="x-job-runner-secret",
            secret=SecretStr(SECRET),
            batch_limit=5,
            timeout=timedelta(seconds=timeout),
            lease=timedelta(minutes=5),
        )
        executor = Executor(self.handlers, no_connection)
        self.runner = Runner(self.queue, executor, concurrency=5, lease=self.settings.lease)

    @asynccontextmanager
    async def serve(self, reporter: Reporter | None = None) -> AsyncIterator[httpx.AsyncClient]:
        endpoint = Endpoint(self.settings, self.runner, reporter=reporter, environ=self.environ)
        async with serving(application(endpoint)) as client:
            yield client
            await self.runner.close(grace=timedelta(0))


@pytest.fixture
async def service() -> Service:
    return Service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with service.serve() as client:
        yield client


@pytest.mark.parametrize(
    ("request_", "status", "error"),
    [
        ({"headers": {}}, 401, "unauthorized"),
        ({"headers": {"x-job-runner-secret": SECRET[:-1] + "!"}}, 401, "unauthorized"),
        ({"headers": {"x-job-runner-secret": ""}}, 401, "unauthorized"),
        ({"headers": {}, "content": b"not JSON"}, 401, "unauthorized"),
        ({"method": "GET", "headers": {}}, 401, "unauthorized"),
        ({"method": "GET", "headers": {"x-job-runner-secret": "x"}}, 401, "unauthorized"),
        ({"json": [1]}, 400, "the body must be a JSON object"),
        ({"json": {"limit": 0}}, 400, "limit must be at least 1"),
        ({"json": {"limit": True}}, 400, "limit must be an integer"),
        ({"json": {"limit": "x" * 20_000}}, 413, "the body is longer than 16384 bytes"),
        ({"data": {"limit": "1"}}, 415, "the content type must be application/json"),
        ({"method": "PUT"}, 405, "Method Not Allowed"),
        ({"url": "/api/jobs"}, 404, "Not Found"),
    ],
)
async def test_bad_request_is_refused_with_a_reason(
    client: httpx.AsyncClient, service: Service, request_: dict[str, Any], status: int, error: str
) -> None:
    response = await client.request(**{"method": "POST", "url": RUN, "headers": AUTH, **request_})
    assert (response.status_code, response.json()) == (status, {"error": error})
    assert service.queue.claims == []


async def test_body_that_says_no_length_is_cut_off(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    response = await client.post(RUN, headers=AUTH, content=chunks())
    assert response.status_code == 413


@pytest.mark.parametrize(
    "header", ["x-job-runner-secret", "X-Job-Runner-Secret", "X-JOB-RUNNER-SECRET"]
)
async def test_header_name_has_no_case(client: httpx.AsyncClient, header: str) -> None:
    response = await client.post(RUN, headers={header: SECRET})
    assert response.status_code == 200


async def test_answer_counts_how_jobs_ended(client: httpx.AsyncClient, service: Service) -> None:
    @service.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        if payload.get("fail"):
            raise ValueError("bad luck")

    last_try: dict[str, Any] = {"attempts": 3, "max_attempts": 3}
    service.queue.ready.extend(
        [job(), job(payload={"fail": 1}), job(payload={"fail": 1}, **last_try), job("unheard_of")]
    )
    response = await client.post(RUN, headers=AUTH, json={"limit": 5})
    answer = response.json()
    assert answer.pop("duration_ms") >= 0
    assert answer == {
        "claimed": 4,
        "succeeded": 1,
        "failed": 1,
        "retried": 2,
        "cancelled": 0,
        "refused": 0,
        "given_back": 0,
        "running": 0,
    }


@pytest.mark.parametrize("path", [f"{RUN}/", "/healthz/"])
async def test_path_with_a_slash_too_many_is_404_and_leads_nowhere(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.post(path, headers={**AUTH, "Host": "elsewhere.example"})
    assert (response.status_code, response.json()) == (404, {"error": "Not Found"})


async def test_body_that_breaks_off_is_no_defect_of_ours(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "supaops.worker.access"):
        head = f"POST {RUN} HTTP/1.1\r\nHost: x\r\nx-job-runner-secret: {SECRET}\r\n"
        _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(
            f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{".encode()
        )
        await writer.drain()
        writer.close()
        await until(lambda: f"POST {RUN}" in caplog.text)
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_dispatch_id_is_part_of_the_worker_label(
    client: httpx.AsyncClient, service: Service
) -> None:
    await client.post(RUN, headers={**AUTH, "x-supaops-dispatch": "815"}, json={"limit": 2})
    await client.post(RUN, headers={**AUTH, "x-supaops-dispatch": "8 15"})
    [(limit, with_id), (_, without_id)] = service.queue.claims
    assert (limit, with_id) == (2, f"{without_id}#815")


async def test_request_that_is_cut_off_at_a_stop_is_still_answered(service: Service) -> None:
    """As uvicorn does with what is open when its patience ends: it cancels."""

    @service.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    service.queue.ready.append(job())
    app = application(Endpoint(service.settings, service.runner, environ=service.environ))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        request = asyncio.create_task(client.post(RUN, headers=AUTH))
        await until(lambda: service.runner.room == 4)
        request.cancel()
        response = await request
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json() == {"error": "the worker is shutting down"}
    await service.runner.close(grace=timedelta(0))


async def test_disabled_worker_answers_503_until_it_is_enabled(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.environ["JOB_QUEUE_DISABLED"] = "true"
    response = await client.post(RUN, headers=AUTH)
    assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    assert response.json() == {"error": "job processing is disabled"}
    assert (await client.get("/healthz")).json()["status"] == "disabled"
    service.environ["JOB_QUEUE_DISABLED"] = "false"
    assert (await client.post(RUN, headers=AUTH)).status_code == 200


@pytest.mark.parametrize("value", ["TRUE", " true ", "1", "yes", "on", "treu"])
async def test_any_value_that_does_not_say_no_disables_the_worker(
    client: httpx.AsyncClient, service: Service, value: str
) -> None:
    """Whoever sets it wants a stop: a slip of the pen must not run jobs."""
    service.environ["JOB_QUEUE_DISABLED"] = value
    assert (await client.post(RUN, headers=AUTH)).status_code == 503


@pytest.mark.parametrize("value", ["", " ", "false", "False", "0", "no", "off"])
async def test_a_value_that_says_no_leaves_the_worker_enabled(
    client: httpx.AsyncClient, service: Service, value: str
) -> None:
    service.environ["JOB_QUEUE_DISABLED"] = value
    assert (await client.post(RUN, headers=AUTH)).status_code == 200


async def test_worker_tells_whoever_has_the_secret_what_it_is_and_claims_nothing(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.handlers.handler("work")(lambda *_: None)
    service.handlers.handler("nap")(lambda *_: None)
    service.environ["JOB_QUEUE_DISABLED"] = "true"
    response = await client.get(RUN, headers=AUTH)
    assert response.status_code == 200
    assert response.json() == {
        "worker": f"supaops {__version__}",
        "handlers": ["nap", "work"],
        "disabled": True,
        "running": 0,
        "batch_limit": 5,
        "sentry": {"enabled": False, "dropped": 0, "last_error": None},
    }
    assert service.queue.claims == []


async def test_head_is_answered_as_get_without_the_body(
    client: httpx.AsyncClient, service: Service
) -> None:
    response = await client.head(RUN, headers=AUTH)
    assert (response.status_code, response.content) == (200, b"")
    assert (await client.head(RUN)).status_code == 401
    assert service.queue.claims == []


async def test_disabled_worker_still_asks_for_the_secret(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.environ["JOB_QUEUE_DISABLED"] = "true"
    assert (await client.post(RUN)).status_code == 401


@pytest.mark.parametrize("error", [gone(), DatabaseError("permission denied for schema supaops")])
async def test_database_error_is_503_without_detail_and_is_logged(
    client: httpx.AsyncClient,
    service: Service,
    error: DatabaseError,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.queue.away.append(error)
    response = await client.post(RUN, headers=AUTH)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json() == {"error": "the database is unavailable"}
    assert error.message in caplog.text


async def test_slow_job_goes_on_after_the_answer() -> None:
    service, finish = Service(timeout=0.2), asyncio.Event()
    service.queue.ready.append(slow := job())

    @service.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> str:
        await finish.wait()
        return "done"

    async with service.serve() as client:
        answer = (await client.post(RUN, headers=AUTH)).json()
        assert (answer["claimed"], answer["running"], answer["succeeded"]) == (1, 1, 0)
        assert answer["duration_ms"] < 200
        assert (await client.get("/healthz")).json() == {"status": "ok", "running": 1}
        finish.set()
        while service.runner.running:
            await asyncio.sleep(0.005)
    assert service.queue.succeeded == {slow.id: '"done"'}


async def test_secret_is_in_no_answer_and_no_log_line(
    client: httpx.AsyncClient, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.queue.ready.append(job())
    service.queue.away.append(gone())
    near = {"x-job-runner-secret": SECRET + "x"}
    answers = [
        await client.post(RUN, headers=headers, content=body)
        for headers in (AUTH, AUTH, near, {})
        for body in (b"", b"not JSON", b"{" * 20_000)
    ]
    answers.append(await client.post(f"{RUN}?secret={SECRET}", headers=AUTH))
    said = "".join(f"{answer.headers} {answer.text}" for answer in answers)
    logged = "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("supaops")
    )
    assert "POST /api/jobs/run 401" in logged
    assert SECRET not in said + logged


async def test_defect_is_500_without_detail(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the inside of the worker")

    monkeypatch.setattr(service.runner, "run", broken)
    async with service.serve() as client:
        response = await client.post(RUN, headers=AUTH)
    assert (response.status_code, response.json()) == (500, {"error": "internal error"})


async def test_post_of_a_new_job_is_answered_and_the_worker_looks_for_more(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.handlers.handler("work")(lambda *_: None)
    response = await client.post(RUN, headers=AUTH, json={"limit": 5, "linger_ms": 20_000})
    assert (response.status_code, response.json()["claimed"]) == (200, 0)
    service.queue.ready.append(late := job())
    await until(lambda: late.id in service.queue.succeeded)
    service.environ["JOB_QUEUE_DISABLED"] = "true"
    service.queue.ready.append(job())
    claims = len(service.queue.claims)
    await asyncio.sleep(0.3)  # three looks, of which at most one was under way
    assert len(service.queue.claims) <= claims + 1


async def test_post_of_a_tick_is_answered_and_nobody_looks_for_more(
    client: httpx.AsyncClient, service: Service
) -> None:
    await client.post(RUN, headers=AUTH, json={"limit": 5})
    await asyncio.sleep(0.3)
    assert len(service.queue.claims) == 1


SENT = {**AUTH, "x-supaops-dispatch": "815", "x-supaops-nonce": "n0nce"}


async def test_post_of_the_own_database_is_confirmed_once_and_then_refused(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.queue.sent[815] = "n0nce"
    service.handlers.handler("work")(lambda *_: None)
    service.queue.ready.extend([job(), job()])
    assert (await client.post(RUN, headers=SENT, json={"limit": 1})).status_code == 200
    replayed = await client.post(RUN, headers=SENT, json={"limit": 1})
    assert replayed.status_code == 409
    assert replayed.json() == {
        "error": "this call does not come from the database of this worker",
        "refused_by": "clone_guard",
    }
    assert len(service.queue.claims) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-supaops-dispatch": "816"},
        {"x-supaops-nonce": "n0nce!"},
        {"x-supaops-nonce": "n\u00e9"},
        {"x-supaops-dispatch": "8 15"},
        {"x-supaops-dispatch": "9" * 19},
        {"x-supaops-dispatch": ""},
    ],
)
async def test_post_of_another_database_is_refused_before_anything_is_claimed(
    client: httpx.AsyncClient, service: Service, headers: dict[str, str]
) -> None:
    service.queue.sent[815] = "n0nce"
    response = await client.post(
        RUN,
        headers=[(name.encode(), text.encode()) for name, text in {**SENT, **headers}.items()],
        json={"limit": 1, "linger_ms": 20_000},
    )
    assert response.status_code == 409
    await asyncio.sleep(0.15)  # three looks of a worker that lingers
    assert service.queue.claims == []


@pytest.mark.parametrize("absent", ["x-supaops-nonce", "both"])
async def test_post_that_says_nothing_of_its_origin_is_served(
    client: httpx.AsyncClient, absent: str
) -> None:
    headers = AUTH if absent == "both" else {**AUTH, "x-supaops-dispatch": "815"}
    assert (await client.post(RUN, headers=headers)).status_code == 200


async def test_post_that_cannot_be_confirmed_is_503_and_keeps_its_nonce(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.queue.sent[815] = "n0nce"
    service.queue.away.append(gone())
    assert (await client.post(RUN, headers=SENT)).status_code == 503
    assert service.queue.claims == []
    assert (await client.post(RUN, headers=SENT)).status_code == 200


async def test_post_whose_confirmation_is_not_answered_is_503_in_time() -> None:
    service = Service(timeout=0.2)
    service.queue.confirm_gate = asyncio.Event()
    async with service.serve() as client:
        response = await client.post(RUN, headers=SENT)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert service.queue.claims == []


@pytest.mark.parametrize("wrong", [{"x-job-runner-secret": "x"}, {"content-type": "text/plain"}])
async def test_post_that_is_refused_for_another_reason_keeps_its_nonce(
    client: httpx.AsyncClient, service: Service, wrong: dict[str, str]
) -> None:
    service.queue.sent[815] = "n0nce"
    refused = await client.post(RUN, headers={**SENT, **wrong}, content=b"{}")
    assert refused.status_code in (401, 415)
    assert (await client.post(RUN, headers=SENT)).status_code == 200
