"""pg_net and what the worker answered."""

from supaops.checks.check import AnyCheck
from supaops.checks.net.answers import ANSWERS
from supaops.checks.net.evidence import failures, no_evidence
from supaops.checks.net.sending import harvest, queue, stalled, triggers, worker

CHECKS: tuple[AnyCheck, ...] = (
    worker,
    queue,
    stalled,
    triggers,
    no_evidence,
    *ANSWERS,
    failures,
    harvest,
)
