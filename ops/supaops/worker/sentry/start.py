"""Decide whether to report to Sentry, and begin."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from supaops import __version__
from supaops.config import Config, Resolved
from supaops.config.database_url import password
from supaops.config.monitors import monitors
from supaops.worker.reporter import Reporter
from supaops.worker.sentry.scrub import Scrubber, secrets_in

log = logging.getLogger("supaops.worker")


def start(config: Config, resolved: Resolved, environ: Mapping[str, str]) -> Reporter:
    """Return who is told of failures: nobody without a DSN, and without the package.

    Args:    environ: holds secrets of the handlers, which must not leave either.
    Raises:  ConfigError for what is no DSN.
    """
    dsn = resolved.sentry_dsn
    if dsn is None:
        return Reporter()
    if find_spec("sentry_sdk") is None:
        log.warning("Sentry is off: install its package, pip install 'supaops[sentry]'")
        return Reporter("sentry_sdk is not installed")
    return _connected(config, resolved, dsn.get_secret_value(), environ)


def _connected(
    config: Config, resolved: Resolved, dsn: str, environ: Mapping[str, str]
) -> Reporter:
    # Here, because whoever has no DSN need not have the package, nor pay for its import.
    from supaops.worker.sentry.client import make_client  # noqa: PLC0415
    from supaops.worker.sentry.reporter import SentryReporter  # noqa: PLC0415

    client = make_client(
        dsn,
        environment=config.environment,
        release=environ.get("SENTRY_RELEASE") or f"supaops@{__version__}",
        scrubber=Scrubber([dsn, *_secrets(resolved), *secrets_in(environ)]),
    )
    return SentryReporter(client, monitors(config), messages=config.sentry.messages)


def _secrets(resolved: Resolved) -> Iterator[str]:
    yield from (secret.get_secret_value() for secret in resolved.secrets.values())
    if resolved.revealed_url:
        yield resolved.revealed_url
        yield password(resolved.revealed_url) or ""
