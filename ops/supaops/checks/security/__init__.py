"""Who may reach what."""

from supaops.checks.check import AnyCheck
from supaops.checks.security.exposure import exposed, private_schema, rls
from supaops.checks.security.functions import execute, net_functions, search_path
from supaops.checks.security.leaks import cron_secrets, net_readers

CHECKS: tuple[AnyCheck, ...] = (
    exposed,
    execute,
    private_schema,
    rls,
    search_path,
    net_functions,
    net_readers,
    cron_secrets,
)
