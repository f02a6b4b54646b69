"""Are the extensions there, and new enough?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from supaops.checks.check import REACHABLE, check, critical, ok, warning
from supaops.checks.conn.facts import ConnFacts, conn_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.server import Extension
from supaops.db.live import EXTENSIONS

FLOORS = {
    # Its scheduler comes back when it was killed. Source: Supabase Docs, "pg_cron debugging".
    "pg_cron": (1, 6, 4),
    # `net.worker_restart` works for others than superusers. Source: sql/pg_net--0.7.3--0.8.0.sql.
    "pg_net": (0, 8),
    # It does without pgsodium. Source: sql/supabase_vault--0.2.8--0.3.0.sql.
    "supabase_vault": (0, 3),
}
_STATEMENTS = dict(EXTENSIONS.values())
_SHORT = {"supabase_vault": "Vault"}


@check(
    "conn.extensions",
    reads=conn_facts,
    title="pg_cron, pg_net and Vault are there, and new enough",
    why="Each is a link of the chain. Of old ones it is known that they stop and do not come back.",
    needs=(REACHABLE,),
)
def extensions(config: Config, facts: ConnFacts) -> Verdict:
    """Judge whether each extension is installed, in a version that is known to work."""
    del config
    found = facts.server.extensions
    if missing := [each.name for each in found if each.installed is None]:
        fix = "; ".join(_STATEMENTS[name] for name in missing)
        return critical(f"not installed: {', '.join(missing)}", fix, evidence=tuple(missing))
    if old := [each for each in found if is_old(each)]:
        fix = "; ".join(f"alter extension {each.name} update" for each in old)
        return warning(_listed(old), fix, evidence=tuple(each.name for each in old))
    names = ", ".join(f"{_SHORT.get(each.name, each.name)} {each.installed}" for each in found)
    return ok(names, evidence=tuple(map(_described, found)))


def is_old(extension: Extension) -> bool:
    """Tell whether a version is below the floor, by as many of its parts as it has.

    pg_cron itself calls all of 1.6.x `1.6`; Supabase's builds say 1.6.4.
    """
    parts = tuple(int(part) for part in re.findall(r"\d+", extension.installed or ""))
    floor = FLOORS[extension.name]
    return parts < floor[: len(parts)]


def _listed(found: Iterable[Extension]) -> str:
    return ", ".join(map(_described, found))


def _described(extension: Extension) -> str:
    newer = extension.available not in (None, extension.installed)
    more = f" ({extension.available} is available)" if newer else ""
    return f"{extension.name} {extension.installed}{more}"
