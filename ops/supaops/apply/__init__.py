"""A Plan to one transaction, verified and recorded."""

from supaops.apply.apply import Applied, Options, apply_plan
from supaops.apply.provenance import Provenance, provenance

__all__ = ["Applied", "Options", "Provenance", "apply_plan", "provenance"]
