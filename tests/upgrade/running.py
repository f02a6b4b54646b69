"""Run a command of the present version in a project."""

from __future__ import annotations

from tests import terminal
from tests.projects import Project


def run(project: Project, *words: str, **variables: str) -> terminal.Ran:
    return terminal.supaops(
        *words, folder=project.folder, variables={**project.environ, **variables}
    )
