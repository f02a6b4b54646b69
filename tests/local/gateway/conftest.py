"""The local gateway, or a real PostgREST, and functions to call there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import reset
from tests.servers.variables import API_URL_VARIABLE, JWT_SECRET_VARIABLE
from tests.waiting import until

FUNCTIONS = Path(__file__).with_name("functions.sql").read_bytes()


@dataclass(frozen=True, slots=True)
class Api:
    """The Data API of a stack."""

    url: str
    anon: str
    service: str

    def rpc(self, name: str, arguments: Any = None, *, key: str = "", **request: Any) -> Any:
        """Call a function as role service_role, unless another `key` is given."""
        headers = {"apikey": key or self.service, **request.pop("headers", {})}
        method = request.pop("method", "POST")
        if method == "POST" and "content" not in request:
            request["json"] = {} if arguments is None else arguments
        url = f"{self.url}/rest/v1/rpc/{name}"
        return httpx.request(method, url, headers=headers, timeout=20, **request)


@pytest.fixture(scope="session")
def api(stack: Stack) -> Api:
    """Return the API of the stack."""
    if not stack.api_url:
        pytest.skip(f"set {API_URL_VARIABLE} and the keys, see tests/README.md")
    environment = stack.environment
    return Api(
        stack.api_url, environment["SUPABASE_ANON_KEY"], environment["SUPABASE_SERVICE_ROLE_KEY"]
    )


@pytest.fixture(scope="session")
def secret(stack: Stack) -> str:
    """Return what the tokens of the stack are signed with."""
    if not stack.jwt_secret:
        pytest.skip(f"set {JWT_SECRET_VARIABLE} to sign tokens that the API takes")
    return stack.jwt_secret


@pytest.fixture(scope="module")
def functions(stack: Stack, api: Api) -> Iterator[Connection]:
    """Create the functions, in an emptied database; a real PostgREST is told of them."""
    with connect(stack.url, application_name="pytest") as connection:
        reset(connection)
        connection.execute(_DROP)
        connection.execute(FUNCTIONS)
        connection.execute("notify pgrst, 'reload schema'")
        until(lambda: api.rpc("gw_add", {"a": 1}).status_code == 200)
        yield connection
        connection.execute(_DROP)


_DROP = """
do $$
declare
  each regprocedure;
begin
  for each in
    select oid from pg_proc
    where pronamespace = 'public'::regnamespace and proname like 'gw\\_%'
  loop
    execute format('drop function %s', each);
  end loop;
  drop sequence if exists public.gw_seq;
  drop table if exists public.gw_table;
end $$
"""
