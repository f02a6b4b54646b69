"""What runs a project's jobs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from supaops.config import Config
from supaops.config.references import ProjectUrl

EDGE_FUNCTION = "supabase/functions/job-runner"


class Runner(StrEnum):
    """An Edge Function, a Python service, or a route of the app itself."""

    EDGE = "edge"
    PYTHON = "python"
    ROUTE = "route"


def runner_of(config: Config) -> Runner:
    """Return what a config was made for, as far as it tells."""
    endpoint = config.vault.secrets.get(config.worker.endpoint)
    if endpoint and isinstance(endpoint.value, ProjectUrl):
        return Runner.EDGE
    is_python = Path(config.runbook.task_types_file).suffix == ".py"
    return Runner.PYTHON if is_python else Runner.ROUTE
