"""Is the YAML sound, is the database as it declares, and is it the right one?"""

from supaops.checks.check import AnyCheck
from supaops.checks.config.environment import armed, belongs
from supaops.checks.config.files import sources, valid
from supaops.checks.config.jobs import foreign_jobs
from supaops.checks.config.plan import applied, drift
from supaops.checks.config.revision import revision

CHECKS: tuple[AnyCheck, ...] = (
    valid,
    sources,
    applied,
    drift,
    belongs,
    armed,
    foreign_jobs,
    revision,
)
