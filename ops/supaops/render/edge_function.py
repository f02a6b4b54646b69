"""What the worker as an Edge Function has to know of the YAML, as TypeScript. Pure."""

from __future__ import annotations

import json
from datetime import timedelta

from supaops import __version__
from supaops.config import Config
from supaops.config.references import EnvRef

_HEAD = """\
// Made from the YAML; do not edit it, but run: supaops render --edge-function
import type { Settings } from "./runtime/settings.ts";

export const config: Settings = {
"""


def edge_config(config: Config) -> str:
    """Return the function's ``config.ts``, as `deno fmt` would write it."""
    lines = (f"  {name}: {_literal(value)},\n" for name, value in _settings(config).items())
    return f"{_HEAD}{''.join(lines)}}};\n"


def secret_variable(config: Config) -> str:
    """Return the variable that holds the worker's secret in the function.

    A secret that comes from a file or a command here has to get there too: under its own name in
    capitals.
    """
    declared = config.vault.secrets.get(config.worker.secret)
    value = declared.value if declared else None
    return value.name if isinstance(value, EnvRef) else config.worker.secret.upper()


def _settings(config: Config) -> dict[str, str | int]:
    worker, queue = config.worker, config.queue
    return {
        "version": __version__,
        "schema": queue.schema_name,
        "queue": queue.name,
        "header": worker.header,
        "secretName": worker.secret,
        "secretVariable": secret_variable(config),
        "replayWindowMs": _milliseconds(worker.replay_window),
        "batchLimit": worker.batch_limit,
        "timeoutMs": _milliseconds(worker.timeout),
        "leaseMs": _milliseconds(queue.lease),
        "onDeadline": worker.on_deadline,
    }


def _literal(value: str | int) -> str:
    return json.dumps(value, ensure_ascii=False)


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
