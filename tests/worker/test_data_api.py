"""The way over the Data API when something is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from supaops.errors import ConfigError, ConnectionFailed, DatabaseError, SupaopsError
from supaops.local.gateway.tokens import key, token
from supaops.worker.settings import Settings
from supaops.worker.transports.data_api.transport import DataApiTransport
from tests.worker.serving import loopback, serving

pytestmark = pytest.mark.anyio

KEY = key("service_role", "s" * 32)
LEASE = timedelta(seconds=30)


def settings(seconds: float = 10) -> Settings:
    return Settings(
        header="x-job-runner-secret",
        secret=SecretStr("s3cret"),
        batch_limit=5,
        timeout=timedelta(seconds=seconds),
        lease=LEASE,
    )


@asynccontextmanager
async def api(answer: Response, *, seconds: float = 10) -> AsyncIterator[DataApiTransport]:
    """Yield a transport whose API gives one answer to everything."""

    async def give(_request: Request) -> Response:
        return answer

    app = Starlette(routes=[Route("/{rest:path}", give, methods=["GET", "POST"])])
    async with serving(app) as client:
        url = str(client.base_url).rstrip("/")
        async with DataApiTransport(settings(seconds), url, SecretStr(KEY)) as transport:
            yield transport


async def test_api_that_is_not_there_is_a_failed_connection_which_names_it() -> None:
    with loopback() as listener:
        port = listener.getsockname()[1]
    async with DataApiTransport(settings(), f"http://127.0.0.1:{port}", SecretStr(KEY)) as gone:
        with pytest.raises(ConnectionFailed, match=rf"http://127\.0\.0\.1:{port} does not answer"):
            await gone.probe()


async def test_api_that_hangs_is_a_failed_connection_within_the_time_of_an_answer() -> None:
    with loopback() as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            DataApiTransport(settings(0.5), url, SecretStr(KEY)) as hanging,
            asyncio.timeout(5),
        ):
            with pytest.raises(ConnectionFailed, match="ReadTimeout"):
                await hanging.queue.heartbeat(1, lease=LEASE)


async def test_api_that_breaks_off_is_a_failed_connection() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, DataApiTransport(settings(), url, SecretStr(KEY)) as broken:
        with pytest.raises(ConnectionFailed):
            await broken.probe()


async def test_cancelled_call_is_cancelled_and_nothing_else() -> None:
    with loopback() as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with DataApiTransport(settings(), url, SecretStr(KEY)) as hanging:
            call = asyncio.create_task(hanging.probe())
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call


async def test_answer_that_is_no_json_is_an_error_of_ours() -> None:
    async with api(Response("<html>", 200)) as transport:
        with pytest.raises(DatabaseError, match="answered with something else than JSON"):
            await transport.probe()


async def test_project_that_was_never_rotated_by_this_version_knows_no_other_values() -> None:
    missing = {"code": "PGRST202", "message": "Could not find the function", "hint": None}
    async with api(JSONResponse(missing, 404)) as transport:
        known = await transport.known_values("job_queue_runner_secret")
    assert not known.good | known.retired


async def test_key_is_in_no_error_and_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "supaops")
    said = ""
    for status, code in [(401, ""), (403, "42501"), (500, ""), (503, "PGRST002"), (302, "")]:
        body = {"code": code, "message": "no", "hint": None}
        async with api(JSONResponse(body, status, {"location": f"/?k={KEY}"})) as transport:
            with pytest.raises(DatabaseError) as error:
                await transport.probe()
            said += f"{error.value} {error.value.hint} {transport!r} {transport.queue!r}"
    assert KEY not in said + caplog.text


def test_handler_that_asks_for_a_connection_is_told_that_there_is_none() -> None:
    transport = DataApiTransport(settings(), "http://127.0.0.1:1", SecretStr(KEY))
    with pytest.raises(SupaopsError, match="this worker has none") as error:
        transport.connection()
    assert "worker.transport" in f"{error.value.place} {error.value.hint}"


@pytest.mark.parametrize(
    "url", ["abc.supabase.co", "ftp://abc", "https://user:pw@abc.supabase.co", "http://"]
)
def test_what_is_no_url_of_a_project_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        DataApiTransport(settings(), url, SecretStr(KEY))
    assert "worker.supabase.url is not the URL" in str(error.value)
    assert "pw" not in re.sub("supaops", "", str(error.value))


@pytest.mark.parametrize("url", ["{url}", "{url}/"])
async def test_slash_at_the_end_of_the_url_does_no_harm(url: str) -> None:
    seen = []

    async def give(request: Request) -> Response:
        seen.append((request.url.path, request.headers["apikey"]))
        return JSONResponse([])

    app = Starlette(routes=[Route("/{rest:path}", give, methods=["POST"])])
    async with serving(app) as client:
        base = str(client.base_url).rstrip("/")
        other = token({"role": "service_role"}, "x" * 32)
        transport = DataApiTransport(settings(), url.format(url=base), SecretStr(other))
        async with transport:
            await transport.probe()
    assert seen == [("/rest/v1/rpc/job_queue_heartbeat", other)]
