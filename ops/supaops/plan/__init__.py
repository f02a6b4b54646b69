"""Desired, recorded and live state to a Plan."""

from supaops.db.history import Revision
from supaops.plan.describe import difference
from supaops.plan.desired import Desired, read_plan
from supaops.plan.diff import build_plan, complete
from supaops.plan.document import Decisions, Document, document, of_record
from supaops.plan.file import require_unmoved, save, saved
from supaops.plan.hazards import Hazard, hazards
from supaops.plan.model import ROW_KINDS, Action, Change, Plan
from supaops.plan.paused import is_paused
from supaops.plan.summary import summary
from supaops.plan.warnings import plan_warnings

__all__ = [
    "ROW_KINDS",
    "Action",
    "Change",
    "Decisions",
    "Desired",
    "Document",
    "Hazard",
    "Plan",
    "Revision",
    "build_plan",
    "complete",
    "difference",
    "document",
    "hazards",
    "is_paused",
    "of_record",
    "plan_warnings",
    "read_plan",
    "require_unmoved",
    "save",
    "saved",
    "summary",
]
