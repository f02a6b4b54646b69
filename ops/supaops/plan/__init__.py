"""Desired, recorded and live state to a Plan."""

from supaops.plan.describe import difference
from supaops.plan.desired import Desired, read_plan
from supaops.plan.diff import build_plan, complete
from supaops.plan.model import ROW_KINDS, Action, Change, Plan
from supaops.plan.summary import as_json, summary

__all__ = [
    "ROW_KINDS",
    "Action",
    "Change",
    "Desired",
    "Plan",
    "as_json",
    "build_plan",
    "complete",
    "difference",
    "read_plan",
    "summary",
]
