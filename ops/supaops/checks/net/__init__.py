"""pg_net and what the worker answered."""

from supaops.checks.check import AnyCheck
from supaops.checks.net.answers import last_answer
from supaops.checks.net.sending import queue

CHECKS: tuple[AnyCheck, ...] = (queue, last_answer)
