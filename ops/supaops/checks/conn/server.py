"""Is it a server on which the chain can run?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supaops.checks.check import REACHABLE, check, critical, graded, ok, warning
from supaops.checks.conn.facts import ConnFacts, conn_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.live import MIN_SERVER_VERSION_NUM

# Classes of pgaudit by which `select vault.create_secret('...')` is logged.
_AUDITED = frozenset({"all", "read", "function"})


@check(
    "conn.version",
    reads=conn_facts,
    title="The server is PostgreSQL 15 or newer",
    why="The queue's SQL needs what older servers do not have.",
    needs=(REACHABLE,),
)
def version(config: Config, facts: ConnFacts) -> Verdict:
    """Judge the server's major version."""
    del config
    observed = f"PostgreSQL {facts.server.version}"
    if facts.server.version_num < MIN_SERVER_VERSION_NUM:
        return critical(observed, "upgrade the server: dashboard, Project Settings, Infrastructure")
    return ok(observed)


@check(
    "conn.database",
    reads=conn_facts,
    title="It is the database that pg_cron works in",
    why="pg_cron keeps its jobs in one database of a server; in another one no tick ever comes.",
    needs=(REACHABLE,),
)
def database(config: Config, facts: ConnFacts) -> Verdict:
    """Judge whether pg_cron works in the database of the connection."""
    del config
    here, there = facts.server.database, facts.server.cron_database
    if there is not None and there != here:
        return critical(
            f"this is {here}, pg_cron works in {there}",
            f"name the database {there} in database.url",
            declared_at=("database", "url"),
        )
    return ok(here)


@check(
    "conn.connections",
    reads=conn_facts,
    title="Connections are left",
    why="Without one neither pg_cron nor a worker gets in, and every run fails to start.",
    needs=(REACHABLE,),
)
def connections(config: Config, facts: ConnFacts) -> Verdict:
    """Judge the share of the server's connections that are taken."""
    taken, most = facts.server.connections, facts.server.max_connections
    return graded(
        taken / most,
        config.checks.thresholds("conn.connections"),
        f"{taken} of {most} taken",
        fix="select usename, application_name, state, count(*) from pg_stat_activity"
        " group by 1, 2, 3 order by 4 desc; then have the largest use the pooler",
        unit="share",
    )


@check(
    "conn.read_only",
    reads=conn_facts,
    title="The database can be written to",
    why="A standby, or a database whose disk is full, takes no job and finishes none.",
    needs=(REACHABLE,),
)
def read_only(config: Config, facts: ConnFacts) -> Verdict:
    """Judge whether a transaction can write."""
    del config
    if facts.server.is_standby:
        fix = "name the primary in database.url; if it is to be the primary: promote it"
        return critical("a standby", fix, declared_at=("database", "url"))
    if facts.server.is_read_only:
        fix = "make room or enlarge the disk; then: set default_transaction_read_only = off"
        return critical("default_transaction_read_only is on", fix)
    return ok("writable")


@check(
    "conn.statement_log",
    reads=conn_facts,
    title="The server's log holds no statement that writes a secret",
    why="What is logged stays in the log's storage, and whoever reads it reads the secret.",
    needs=(REACHABLE,),
)
def statement_log(config: Config, facts: ConnFacts) -> Verdict:
    """Judge whether a text or a parameter of a call of Vault would be logged."""
    del config
    settings = list(_that_log(facts.server.logging))
    if not settings:
        return ok("none is logged whole")
    fix = f"as a superuser: alter role {facts.server.role} set log_statement = 'ddl', and set the "
    fix += "others as PostgreSQL does by default; rotate what was written meanwhile"
    return warning(", ".join(settings), fix, value=len(settings), evidence=tuple(settings))


def _that_log(logging: Mapping[str, str]) -> Iterator[str]:
    """Yield each setting by which a secret could get into the log, with its value."""
    audited = {each.strip().lower() for each in logging.get("pgaudit.log", "").split(",")}
    if logging.get("log_statement") == "all":
        yield "log_statement = all"
    if audited & _AUDITED:
        yield f"pgaudit.log = {logging['pgaudit.log']}"
    if logging.get("log_parameter_max_length") == "0":
        return
    if logging.get("pgaudit.log_parameter") == "on":
        yield "pgaudit.log_parameter = on"
    if logging.get("log_min_duration_statement", "-1") != "-1":
        yield f"log_min_duration_statement = {logging['log_min_duration_statement']}"
