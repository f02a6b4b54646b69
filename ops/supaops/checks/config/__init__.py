"""Is the database as the YAML declares it, and is it the right one?"""

from supaops.checks.check import AnyCheck
from supaops.checks.config.environment import armed, belongs
from supaops.checks.config.plan import applied, drift

CHECKS: tuple[AnyCheck, ...] = (applied, drift, belongs, armed)
