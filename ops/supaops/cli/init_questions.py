"""What `supaops init` asks, where the repository does not tell."""

from __future__ import annotations

from enum import StrEnum

from supaops.cli.asking import Asking
from supaops.cli.project import DEFAULT_CONFIG
from supaops.config import Config
from supaops.scaffold import CI, Runner, Survey, Wanted, existing_config, runner_of
from supaops.scaffold.makefile import INCLUDE, includes_targets, makefile
from supaops.scaffold.texts import MAKE_TARGETS


class Pipeline(StrEnum):
    """A service's, or none."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


def addition(found: Survey, ci: Pipeline | None, *, kubernetes: bool) -> Wanted | None:
    """Return what the options add to a project that is there; None where all is to be laid out.

    Raises: ConfigError for a config that is not valid.
    """
    service = _named(ci)
    there = existing_config(found.root) if service or kubernetes else None
    if there is None:
        return None
    title, runner = there.runbook.title, runner_of(there)
    return Wanted(title, runner, service, is_addition=True)


def answers(found: Survey, asking: Asking, ci: Pipeline | None, worker: Runner | None) -> Wanted:
    """Return what a project should get, by what was found and by what is answered.

    Raises: ConfigError for a config that is there and not valid.
    """
    is_new = not (found.root / DEFAULT_CONFIG).exists()
    there = existing_config(found.root)
    return Wanted(
        title=(there.runbook.title if there else "") or found.name,
        runner=worker or _runner(found, there, asking),
        service=_service(found, ci, asking),
        make=_make(found, asking),
        migration=_migration(found, asking, is_new=is_new),
    )


def _runner(found: Survey, there: Config | None, asking: Asking) -> Runner:
    """Return what runs the jobs: what the YAML says, else the only thing found, else an answer."""
    if there:
        return runner_of(there)
    likely = [runner for runner, _ in found.runners]
    if len(likely) == 1:
        return likely[0]
    default = likely[0] if likely else Runner.PYTHON
    return Runner(asking.choose("What runs the jobs:", list(Runner), default, "--worker"))


def _service(found: Survey, given: Pipeline | None, asking: Asking) -> CI | None:
    """Return whose pipeline to write; without git there is nothing that could run one."""
    if given is None and found.service:
        return found.service[0]
    if given is None and found.is_git:
        given = Pipeline(
            asking.choose("Whose pipeline to write:", list(Pipeline), Pipeline.GITHUB, "--ci")
        )
    return _named(given)


def _named(given: Pipeline | None) -> CI | None:
    return None if given in (None, Pipeline.NONE) else CI(given)


def _make(found: Survey, asking: Asking) -> bool:
    """Return whether a Makefile is to include the targets; one that is somebody's is asked for."""
    there = makefile(found.root)
    if there is None or includes_targets(there):
        return True
    question = f"Add `{INCLUDE}` at the end of {there.name}?"
    otherwise = f"No targets in {there.name}: `make -f {MAKE_TARGETS}` has them"
    return asking.agree(question, default=True, otherwise=otherwise)


def _migration(found: Survey, asking: Asking, *, is_new: bool) -> bool:
    """Return whether to write the first migration.

    A project that has a config already may live by `supaops apply` alone.
    """
    if not found.is_supabase or found.has_migration:
        return False
    question = "Write what the config declares as a migration, too?"
    otherwise = "No migration; for one: supaops render --migration --env production"
    return is_new or asking.agree(question, default=False, otherwise=otherwise)
