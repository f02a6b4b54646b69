"""Is the worker what was deployed, and set as the YAML says?"""

from __future__ import annotations

from supaops import __version__
from supaops.checks.check import check, ok, skipped, warning
from supaops.checks.finding import Verdict
from supaops.checks.words import number
from supaops.checks.worker.facts import Described, Versions, described, versions
from supaops.config.model import Config

# What a worker calls itself: the Edge Function puts its name before the version.
_OURS = "supaops "
_EDGE_FUNCTION = "job-runner "
_LONGEST_NAME = 40


@check(
    "worker.disabled",
    reads=described,
    title="The worker is not disabled",
    why="It answers 503 to each post: no job starts until somebody enables it.",
)
def disabled(config: Config, facts: Described) -> Verdict:
    """Judge whether JOB_QUEUE_DISABLED is set where the worker runs."""
    del config
    if facts.disabled is None:
        return skipped(facts.silence or "it does not tell")
    if facts.disabled:
        fix = "unset JOB_QUEUE_DISABLED where the worker runs, and deploy it again"
        return warning("JOB_QUEUE_DISABLED is set", fix)
    return ok("enabled")


@check(
    "worker.version",
    reads=versions,
    title="The worker is of this version",
    why="Worker, functions and this tool are tested together, and only together.",
)
def version(config: Config, facts: Versions) -> Verdict:
    """Judge whether the worker is of the version that checks it.

    What was applied by another version is no fault by itself: an apply that has nothing to change
    leaves no trace of its own.
    """
    if facts.worker.worker is None:
        return skipped(facts.worker.silence or "it does not tell")
    if not facts.worker.worker.startswith(_OURS):
        return skipped(f"another worker: {_printable(facts.worker.worker)}")
    named = facts.worker.worker.removeprefix(_OURS)
    theirs = _printable(named.removeprefix(_EDGE_FUNCTION))
    applied = f"applied by {facts.applied_by}" if facts.applied_by else "nothing was applied"
    if theirs == __version__:
        return ok(f"{theirs}, {applied}")
    fix = f"deploy a worker of version {__version__}, then "
    if named.startswith(_EDGE_FUNCTION):
        fix = f"supaops render --edge-function --env {config.environment}, deploy it, then "
    fix += f"supaops plan --env {config.environment}"
    return warning(f"the worker is {theirs}, this is {__version__}, {applied}", fix)


@check(
    "worker.limit",
    reads=described,
    title="The worker starts as many jobs a post as declared",
    why="A worker with the limit of an earlier YAML starts fewer jobs than it should, or more.",
)
def limit(config: Config, facts: Described) -> Verdict:
    """Judge whether the worker's batch limit is the YAML's."""
    wanted = config.worker.batch_limit
    if facts.batch_limit is None:
        return skipped(facts.silence or "it does not tell")
    if facts.batch_limit != wanted:
        return warning(
            f"{number(facts.batch_limit, 'job')} a post, {wanted} declared",
            "deploy the worker with this YAML, or restart it",
            value=facts.batch_limit,
            declared_at=("worker", "batch_limit"),
        )
    return ok(f"{number(wanted, 'job')} a post", value=wanted)


def _printable(text: str) -> str:
    """Return what may be shown of a text that a stranger may have sent."""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST_NAME])
