"""Typed payloads: what a handler is given, and how a payload that breaks its type fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from supaops.errors import SupaopsError
from supaops.worker import Context, Discard, Handlers
from supaops.worker.execution import Executor
from supaops.worker.outcome import Failed, Outcome, Succeeded
from tests.worker.fake_queue import job
from tests.worker.rig import no_connection

if TYPE_CHECKING:
    from decimal import Decimal as Unknown

pytestmark = pytest.mark.anyio


class Offer(BaseModel):
    id: int
    price: float = Field(gt=0, default=1)


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Sync(BaseModel):
    model_config = ConfigDict(extra="forbid")

    games: list[Offer] = []
    since: datetime | None = None
    key: UUID | None = None
    secret: str = ""
    code: str = ""
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None

    @field_validator("secret")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        if value:
            raise ValueError(f"{value} is known")
        return value

    @field_validator("code")
    @classmethod
    def _no_code(cls, value: str) -> str:
        if value:
            raise PydanticCustomError("bad_code", "code {code} is taken", {"code": value})
        return value


class Typed(TypedDict):
    name: str


@dataclass
class Point:
    x: int
    y: int = 0


async def run(function: Callable[..., Any], payload: Any, model: Any = None) -> Outcome:
    """Return how a job with that payload ends."""
    handlers = Handlers()
    handlers.handler("work", payload=model)(function)
    return await Executor(handlers, no_connection).execute(job(payload=payload))


async def sync(_context: Context, payload: Sync) -> list[str]:
    return [type(payload).__name__, *(type(game).__name__ for game in payload.games)]


async def test_handler_is_given_the_model_that_it_is_annotated_with() -> None:
    assert await run(sync, {"games": [{"id": 1}]}) == Succeeded('["Sync", "Offer"]')


async def test_typed_dict_and_dataclass_are_payload_types_too() -> None:
    async def typed(_context: Context, payload: Typed) -> str:
        return payload["name"]

    def point(_context: Context, payload: Point) -> int:
        return payload.x + payload.y

    assert await run(typed, {"name": "Zelda"}) == Succeeded('"Zelda"')
    assert await run(point, {"x": 3}) == Succeeded("3")
    assert isinstance(await run(typed, {"name": 1}), Failed)
    assert isinstance(await run(point, {"y": 1}), Failed)


async def test_partial_and_object_with_a_call_are_asked_for_their_type_too() -> None:
    class Doing:
        async def __call__(self, _context: Context, payload: Offer) -> str:
            return type(payload).__name__

    async def work(_extra: int, _context: Context, payload: Offer) -> str:
        return type(payload).__name__

    assert await run(Doing(), {"id": 1}) == Succeeded('"Offer"')
    assert await run(partial(work, 1), {"id": 1}) == Succeeded('"Offer"')


async def test_type_may_be_named_in_the_decorator() -> None:
    async def work(_context: Context, payload: Any) -> int:
        return int(payload.id)

    assert await run(work, {"id": 5}, Offer) == Succeeded("5")


@pytest.mark.parametrize("payload", [{"a": 1}, [], None, 3])
async def test_dict_and_any_take_a_payload_as_it_is(payload: object) -> None:
    same: list[object] = []
    row = job(payload=payload)

    async def as_dict(_context: Context, payload: dict[str, Any]) -> None:
        same.append(payload)

    async def as_any(_context: Context, payload: Any) -> None:
        same.append(payload)

    for function in (as_dict, as_any, lambda _context, payload: same.append(payload)):
        handlers = Handlers()
        handlers.handler("work")(function)
        await Executor(handlers, no_connection).execute(row)
    assert len(same) == 3
    assert all(each is row.payload for each in same)


async def test_bad_payload_fails_for_good_and_names_each_path_and_reason() -> None:
    outcome = await run(sync, {"games": [{"id": "one"}, {"id": 2, "price": 0}], "more": 1})
    assert isinstance(outcome, Failed)
    assert outcome.discard
    assert isinstance(outcome.cause, Discard)
    assert outcome.error == (
        "InvalidPayload: $.games[0].id: Input should be a valid integer, unable to parse string as "
        "an integer; $.games[1].price: Input should be greater than 0; "
        "$.more: Extra inputs are not permitted"
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"secret": "hunter2"}, "$.secret: Value error"),
        ({"code": "hunter2"}, "$.code: refused by the model (bad_code)"),
        ({"since": "hunter2"}, "$.since: Input should be a valid datetime or date"),
        ({"key": "hunter2"}, "$.key: Input should be a valid UUID"),
        ({"pet": {"kind": "hunter2"}}, "$.pet: expected one of the tags 'cat', 'dog'"),
        ("hunter2", "$: Input should be a valid dictionary or instance of Sync"),
    ],
)
async def test_no_value_of_a_bad_payload_is_told(payload: object, reason: str) -> None:
    outcome = await run(sync, payload)
    assert isinstance(outcome, Failed)
    assert outcome.error == f"InvalidPayload: {reason}"
    assert "hunter2" not in "".join(map(str, (outcome.error, outcome.cause)))
    assert outcome.cause is not None
    assert outcome.cause.__context__ is None


def test_type_that_is_not_there_at_run_time_is_an_error_with_its_place() -> None:
    async def work(_context: Context, _payload: Unknown) -> None: ...

    with pytest.raises(SupaopsError) as caught:
        Handlers().handler("work")(work)
    assert caught.value.place == f"{__file__}:{work.__code__.co_firstlineno}"
    assert "'Unknown' cannot be found" in caught.value.message
    assert "TYPE_CHECKING" in (caught.value.hint or "")


def test_type_that_pydantic_cannot_check_is_an_error_with_its_place() -> None:
    class Opaque: ...

    async def work(_context: Context, _payload: object) -> None: ...

    with pytest.raises(SupaopsError, match="no payload can be checked against") as caught:
        Handlers().handler("work", payload=Opaque)(work)
    assert caught.value.place == f"{__file__}:{work.__code__.co_firstlineno}"
