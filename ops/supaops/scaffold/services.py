"""The services that there is a pipeline for."""

from __future__ import annotations

from enum import StrEnum


class CI(StrEnum):
    """A service that runs pipelines."""

    GITHUB = "github"
    GITLAB = "gitlab"


# GitLab reads .gitlab-ci.yml alone, which may be there already and include this one.
PIPELINES = {
    CI.GITHUB: ".github/workflows/supaops.yml",
    CI.GITLAB: ".gitlab-ci.supaops.yml",
}
"""Their files, below the top of the git repository."""
