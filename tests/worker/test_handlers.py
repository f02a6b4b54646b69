"""Registering handlers, loading their modules, describing their failures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from supaops.config import Config
from supaops.errors import SupaopsError
from supaops.worker import Context, Handlers
from supaops.worker.failure import TEXT_CHARS, describe_failure
from supaops.worker.loading import load_handlers
from supaops.worker.settings import Settings


async def one(_context: Context, _payload: object) -> None: ...


async def two(_context: Context, _payload: object) -> None: ...


class Callable:
    async def __call__(self, _context: Context, _payload: object) -> None: ...


def line_of(function: object) -> str:
    return f"{__file__}:{function.__code__.co_firstlineno}"  # type: ignore[attr-defined]  # a function has it


def test_second_handler_of_a_type_is_an_error_that_names_both_places() -> None:
    handlers = Handlers()
    handlers.handler("work")(one)
    with pytest.raises(SupaopsError) as caught:
        handlers.handler("work")(two)
    assert caught.value.place == line_of(two)
    assert line_of(one) in caught.value.message


def test_including_a_second_handler_of_a_type_is_an_error() -> None:
    first, second = Handlers(), Handlers()
    first.handler("work")(one)
    second.handler("work")(two)
    with pytest.raises(SupaopsError, match="already has a handler"):
        first.include(second)


def test_executor_that_does_not_exist_is_an_error_with_its_place() -> None:
    with pytest.raises(SupaopsError, match="there is no executor 'proces'") as caught:
        Handlers().handler("work", executor="proces")(one)  # type: ignore[arg-type]  # a slip
    assert caught.value.place == line_of(one)
    assert (caught.value.hint or "").startswith("did you mean `process`?")


def test_decorator_returns_the_function_itself() -> None:
    assert Handlers().handler("work")(one) is one


def test_object_with_an_asynchronous_call_is_asynchronous() -> None:
    handlers = Handlers()
    handlers.handler("object")(Callable())
    handlers.handler("plain")(lambda *_: None)
    assert [handler.is_async for handler in handlers] == [True, False]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


REGISTRY = """
from supaops.worker import Handlers
registry = Handlers()
@registry.handler("{type}")
def work(context, payload): ...
"""


def test_modules_are_found_from_the_projects_folder(folder: Path) -> None:
    (folder / "shop_jobs.py").write_text(REGISTRY.format(type="ship"))
    (folder / "mail_jobs.py").write_text(REGISTRY.format(type="mail").replace("registry", "r"))
    loaded = load_handlers(["shop_jobs", "mail_jobs:r"], folder=folder)
    assert [handler.task_type for handler in loaded] == ["ship", "mail"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(1)", "SystemExit: 1"),
        ("registry = {}", "broken_jobs.registry is not a supaops.worker.Handlers"),
    ],
)
def test_module_that_cannot_be_used_is_an_error_with_its_place(
    folder: Path, text: str, message: str
) -> None:
    (folder / "broken_jobs.py").write_text(text)
    with pytest.raises(SupaopsError) as caught:
        load_handlers(["broken_jobs"], folder=folder)
    assert message in caught.value.message
    assert str(folder / "broken_jobs.py") in (caught.value.place or "")


@pytest.mark.parametrize("name", ["no_such_module", "no.such.module", "", "..", ":registry"])
def test_module_that_is_not_there_is_an_error_with_a_remedy(folder: Path, name: str) -> None:
    with pytest.raises(SupaopsError) as caught:
        load_handlers([name], folder=folder)
    assert "cannot import" in caught.value.message
    assert "--handlers" in (caught.value.hint or "")


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301  an exception gets its traceback by being raised
    except BaseException as caught:
        return caught


def test_failure_text_is_bounded_and_keeps_its_first_line() -> None:
    text = describe_failure(raised(ValueError("x" * 100_000)))
    assert text.startswith("ValueError: xxx")
    assert text.splitlines()[0].endswith("…")
    assert "test_handlers.py" in text
    assert len(text) <= TEXT_CHARS


def test_long_stack_keeps_the_end_nearest_to_the_fault() -> None:
    def deeper(level: int) -> None:
        if level:
            deeper_still(level)
        else:
            raise ValueError("deep")

    def deeper_still(level: int) -> None:
        deeper(level - 1)

    with pytest.raises(ValueError, match="deep") as caught:
        deeper(200)
    text = describe_failure(caught.value)
    assert len(text) <= TEXT_CHARS
    assert text.endswith('raise ValueError("deep")')


@pytest.mark.parametrize("message", ["a\0b", "lone \ud800 surrogate"])
def test_failure_text_can_be_stored_by_postgresql(message: str) -> None:
    text = describe_failure(raised(ValueError(message)))
    assert "\0" not in text
    text.encode()


def test_failure_whose_message_fails_is_still_described() -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert describe_failure(raised(Unprintable())).startswith(
        f"{Unprintable.__qualname__}: (its message cannot be shown)"
    )


def config(**worker: str) -> Config:
    return Config.model_validate(
        {
            "version": 1,
            "database": {"url": "local"},
            "queue": {"task_types": {"work": {}}, "name": "tasks", "schema": "app"},
            "worker": {"endpoint": "e", "secret": "s", "timeout": "10s", **worker},
        }
    )


def test_settings_come_from_the_config() -> None:
    settings = Settings.of(config(header="x-own"), {"s": SecretStr("value")})
    assert (settings.header, settings.schema, settings.name) == ("x-own", "app", "tasks")
    assert settings.answer_within.total_seconds() == 8
    assert "value" not in repr(settings)


@pytest.mark.parametrize("secrets", [{}, {"s": SecretStr("")}])
def test_worker_without_a_secret_does_not_start(secrets: dict[str, SecretStr]) -> None:
    with pytest.raises(SupaopsError, match="has no value"):
        Settings.of(config(), secrets)
