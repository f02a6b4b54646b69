"""Call functions of the queue's database by supabase-py's client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import SecretStr
from supabase import AsyncClientOptions, acreate_client

from supaops.errors import ConfigError, ConnectionFailed, DatabaseError, SupaopsError
from supaops.worker.transports.data_api.refusals import refusal

_JSON = {"Content-Type": "application/json"}


class Api:
    """The Data API of a project.

    The client is supabase-py's, and so are its address and its headers. Bodies and
    answers are ours: its `execute` reads a whole answer at once, so that one number which Python
    cannot hold would spoil a whole claim.

    Args:
        url: of the project.
        timeout: what each step of a call may take.
    Raises: ConfigError for a URL that the client does not take.
    """

    def __init__(self, url: str, key: SecretStr, *, schema: str, timeout: timedelta) -> None:
        self.origin = _origin(url)
        self._url = url
        self._key = key
        self._schema = schema
        self._http = httpx.AsyncClient(timeout=timeout.total_seconds())

    async def __aenter__(self) -> Self:
        """Make the client; nothing is called yet, so this succeeds without a server."""
        options = AsyncClientOptions(
            schema=self._schema,
            auto_refresh_token=False,
            persist_session=False,
            httpx_client=self._http,
        )
        client = await acreate_client(self._url, self._key.get_secret_value(), options)
        self._rest = client.postgrest
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Call a function and return what it returned, read from JSON.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        return self.read(await self.post(function, json.dumps(arguments)) or b"null")

    def read(self, answer: bytes) -> Any:
        """Return what an answer holds.

        Raises: DatabaseError for what is no JSON: something else than PostgREST has answered.
        """
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise DatabaseError(
                f"the Data API at {self.origin} answered with something else than JSON",
                hint="check where worker.supabase.url leads to",
            ) from None

    async def post(self, function: str, body: str, *, select: str = "*") -> bytes:
        """Call a function with arguments as JSON text, and return its answer as it came.

        Args:    select: which columns of the rows, and as what.
        Raises:  ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        request = self._http.build_request(
            "POST",
            f"{self._rest.base_url}/rpc/{function}",
            content=body.encode(),
            params={"select": select} if select != "*" else None,
            headers={**self._rest.headers, "Content-Profile": self._schema, **_JSON},
        )
        try:
            answer = await self._http.send(request)
        except (httpx.TransportError, RuntimeError) as error:
            # RuntimeError: a session that is closed already, or whose other end just went away.
            raise ConnectionFailed(
                f"the Data API at {self.origin} does not answer: {type(error).__name__}",
                hint="check where worker.supabase.url leads to; a paused project does not answer",
            ) from error
        if not answer.is_success:
            raise refusal(self.origin, answer.status_code, answer.content)
        return answer.content


def _origin(url: str) -> str:
    """Return scheme, host and port: a URL may hold more than may be shown.

    Raises: ConfigError.
    """
    found = httpx.URL(url)
    if found.scheme not in ("http", "https") or not found.host or found.userinfo:
        raise ConfigError(
            [
                SupaopsError(
                    "worker.supabase.url is not the URL of a Supabase project",
                    place="worker.supabase.url",
                    hint="as https://abc.supabase.co, without a path: Project Settings, Data API",
                )
            ]
        )
    return f"{found.scheme}://{found.netloc.decode()}"
