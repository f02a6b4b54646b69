"""Functions called over HTTP: what there are, and a call in the name of a role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Self

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier

from supaops.db.connect import AsyncConnection
from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.errors import ConnectionFailed

# PostgREST's own defaults, as Supabase leaves them.
_CONNECTIONS = 10
_PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that a caller may give; `type` is SQL text."""

    name: str
    type: str
    is_required: bool
    is_variadic: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function of schema public, as far as a caller has to know it."""

    name: str
    arguments: tuple[Argument, ...]
    returns_set: bool
    returns_rows: bool
    returns_nothing: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller gives, and what it wants of the answer.

    Attributes:
        names: of the arguments that are given.
        body: these as JSON text; for a function with one argument without a name, that one.
        columns: those that are wanted of each row, with the type to cast to or None; all if empty.
            Names of either kind are plain ones: letters, digits and underscores.
    """

    names: tuple[str, ...]
    body: str
    columns: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """What a call tells the database of its request: a role, and JSON texts."""

    role: str
    claims: str
    headers: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call returned: JSON text, None for nothing, and how many rows that are."""

    body: str | None
    rows: int


class ServerRefusal(Exception):
    """The server refused a call; all that it said, since the caller is to hear it.

    Attributes:
        sqlstate: empty when the connection was lost.
    """

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__()
        self.sqlstate = error.sqlstate or ""
        self.message = error.diag.message_primary or ""
        self.details = error.diag.message_detail
        self.hint = error.diag.message_hint


class CallableFunctions:
    """The functions of schema public, called by roles that `authenticator` may take.

    Args:    url: libpq URL of role authenticator.
    """

    def __init__(self, url: str) -> None:
        name = "Data API gateway"
        self._pool = Pool(url, size=_CONNECTIONS, application_name=name, patience=_PATIENCE)

    async def __aenter__(self) -> Self:
        """Open the pool; no connection is made yet."""
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close every connection."""
        await self._pool.__aexit__(*exc_info)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lend a session for one request.

        Raises: ConnectionFailed without a connection, ServerRefusal for what the server refuses.
        """
        with _refusals():
            async with self._pool.connection() as connection:
                yield Session(connection)


class Session:
    """One connection, for one request."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def named(self, name: str) -> list[Function]:
        """Return the functions of a name, overloads and all, as they are at this moment."""
        cursor = await self._connection.execute(query("gateway.functions"), {"name": name})
        return [
            Function(**{**row, "arguments": tuple(Argument(**a) for a in row["arguments"])})
            for row in await cursor.fetchall()
        ]

    async def names(self) -> list[str]:
        """Return the names of all functions."""
        cursor = await self._connection.execute(query("gateway.names"))
        return [row["name"] for row in await cursor.fetchall()]

    async def call(
        self, function: Function, call: Call, caller: Caller, *, read_only: bool
    ) -> Answer:
        """Call a function in one transaction, all of it sent at once."""
        whom = {**asdict(caller), "read_only": "on" if read_only else "off"}
        arguments = {"body": call.body, "many": function.returns_set}
        connection = self._connection
        async with connection.pipeline(), connection.transaction():
            await connection.execute(query("gateway.impersonate"), whom)
            cursor = await connection.execute(_statement(function, call), arguments)
            [row] = await cursor.fetchall()
        return Answer(row["body"], row["rows"])


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise ConnectionFailed(
                "the connection was lost", hint="the next call connects again"
            ) from error
        raise ServerRefusal(error) from error


def _statement(function: Function, call: Call) -> Composed:
    given = [each for each in function.arguments if each.name and each.name in call.names]
    kind = "rows" if function.returns_rows else "values"
    return SQL(query(f"gateway.call_for_{'nothing' if function.returns_nothing else kind}")).format(
        columns=_columns(call),
        given=_given(given),
        function=Identifier("public", function.name),
        arguments=SQL(", ").join(map(_argument, given)) if given else _whole(function),
    )


def _columns(call: Call) -> Composable:
    if not call.columns:
        return SQL("call.*")
    return SQL(", ").join(map(_column, call.columns))


def _column(column: tuple[str, str | None]) -> Composed:
    name, kind = column
    cast = Composed([SQL("::"), SQL(kind)]) if kind else SQL("")
    return Composed([Identifier("call", name), cast, SQL(" as "), Identifier(name)])


def _given(given: list[Argument]) -> Composable:
    columns = [Composed([Identifier(each.name), SQL(" "), _type(each)]) for each in given]
    if not columns:
        return SQL("")
    return SQL(query("gateway.given")).format(columns=SQL(", ").join(columns))


def _argument(each: Argument) -> Composed:
    form = "variadic {} => given.{}" if each.is_variadic else "{} => given.{}"
    return SQL(form).format(Identifier(each.name), Identifier(each.name))


def _whole(function: Function) -> Composable:
    """Return the whole body for a function that takes it as its one argument."""
    [*unnamed] = [each for each in function.arguments if not each.name]
    return Composed([SQL("%(body)s::"), _type(unnamed[0])]) if unnamed else SQL("")


def _type(argument: Argument) -> SQL:
    return SQL(argument.type)
