"""Hold two environments against each other: what they declare, and what is live."""

from supaops.compare.difference import Comparison, Difference, compare
from supaops.compare.facts import Facts, declared
from supaops.compare.live import live

__all__ = ["Comparison", "Difference", "Facts", "compare", "declared", "live"]
