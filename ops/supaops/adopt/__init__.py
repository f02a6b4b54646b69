"""Make ours what a team made by hand: cron jobs, secrets, and the queue's table."""

from supaops.adopt.columns import STATUSES, Choices
from supaops.adopt.discovery import Discovery, Wanted, What, discover
from supaops.adopt.transaction import Imported, carry_out, require_possible

__all__ = [
    "STATUSES",
    "Choices",
    "Discovery",
    "Imported",
    "Wanted",
    "What",
    "carry_out",
    "discover",
    "require_possible",
]
