"""What the checks ``net.*`` judge."""

from __future__ import annotations

from datetime import timedelta

from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.health.net import NetFacts, Post, read_net, read_posts


def net_facts(sources: Sources) -> NetFacts:
    """Return what pg_net is doing."""
    return read_net(sources.conn)


def post_facts(sources: Sources) -> list[Post]:
    """Return the newest rows of the dispatch ledger, the newest first."""
    return read_posts(sources.conn)


def patience(config: Config) -> timedelta:
    """Return how long a post may be without an answer; the ledger's views wait as long."""
    return config.worker.timeout + timedelta(minutes=1)
