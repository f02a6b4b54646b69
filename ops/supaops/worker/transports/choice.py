"""Which way a worker takes to its queue."""

from __future__ import annotations

from typing import assert_never

from supaops.config import Config, Resolved
from supaops.config.loading import config_place
from supaops.errors import ConfigError, SupaopsError
from supaops.worker.settings import Settings
from supaops.worker.transport import Transport
from supaops.worker.transports.database import DatabaseTransport


def needs_database(config: Config) -> bool:
    """Tell whether a worker has to know the database's URL."""
    return config.worker.transport == "psycopg"


def open_transport(
    config: Config, settings: Settings, resolved: Resolved, database_url: str
) -> Transport:
    """Return the transport that `worker.transport` names; nothing is called yet.

    Args:    database_url: of the queue; may be empty where it is not needed.
    Raises:  ConfigError where the Data API's URL or key is missing or unfit; ConnectionFailed for
             what is no URL of a database.
    """
    match config.worker.transport:
        case "psycopg":
            return DatabaseTransport(settings, database_url)
        case "supabase":
            return _over_the_data_api(config, settings, resolved)
        case other:
            assert_never(other)


def _over_the_data_api(config: Config, settings: Settings, resolved: Resolved) -> Transport:
    """Import supabase-py only now: it takes more than half a second."""
    found = resolved.data_api
    if found is None:
        raise ConfigError([_unset(config)])
    from supaops.worker.transports.data_api.transport import DataApiTransport  # noqa: PLC0415

    return DataApiTransport(settings, *found)


def _unset(config: Config) -> SupaopsError:
    api = config.worker.supabase
    return SupaopsError(
        "worker.transport: supabase needs the project's URL and its service key: "
        f"{api.url} and {api.service_key}, one of which is not set",
        place=config_place(config, ("worker", "transport")),
        hint="export both; Supabase shows them under Project Settings, Data API and API Keys",
    )
