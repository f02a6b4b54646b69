"""Keep what is read and rendered: a command does it once, the tests of a process by the hundred."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from ssl import SSLContext
from typing import Any, TypeVar

from ruamel.yaml.events import Event

from supaops.config import document, load
from supaops.render import environment, resources

T = TypeVar("T")

_BASE_FILE = Path(__file__).parents[1] / "ops" / "config" / "job_queue.yaml"


def remember() -> None:
    """Keep what is made of each text or config; what is faulty fails where it always does."""
    environment._tree = lru_cache(maxsize=4096)(environment._tree.__wrapped__)
    module = import_module("supaops.render.resources")
    for name in ("created_objects", "granted"):
        setattr(module, name, lru_cache(maxsize=4096)(getattr(module, name)))
    for name in ("_schema_steps", "_sql_objects", "_grants"):
        setattr(module, name, _listed(getattr(module, name)))
    reading: Any = document
    reading._events = _remembered(document._events)
    clients: Any = import_module("httpx._transports.default")
    clients.create_ssl_context = _remembered_trust(clients.create_ssl_context)


def warm_up() -> None:
    """Render the repository's own config, whose texts most tests have in common."""
    resources(load(_BASE_FILE, "local"))


def _listed(made: Callable[[Any], Iterator[T]]) -> Callable[[Any], tuple[T, ...]]:
    """Return what is rendered of an equal config, or for equal objects, rendered once."""
    known: dict[str, tuple[T, ...]] = {}

    def listed(given: Any) -> tuple[T, ...]:
        key = repr(given)
        if key not in known:
            known[key] = tuple(made(given))
        return known[key]

    return listed


def _remembered_trust(create: Callable[..., SSLContext]) -> Callable[..., SSLContext]:
    """Return what makes a client's trust, which parses all of the world's authorities, once."""
    of = lru_cache(maxsize=16)(lambda _, given: create(**dict(given)))
    return lambda **given: of(_authorities(), tuple(sorted(given.items())))


def _authorities() -> tuple[str | None, ...]:
    return tuple(map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")))


def _remembered(events: Callable[[str], Iterator[Event]]) -> Callable[[str], Iterator[Event]]:
    """Return `events` of a YAML text, parsed once."""
    whole = lru_cache(maxsize=256)(lambda text: tuple(events(text)))

    def remembered(text: str) -> Iterator[Event]:
        try:
            return iter(whole(text))
        except Exception:
            return events(text)

    return remembered
