"""The section about the control room: who may see it, and who may do what there."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from supaops.config.fields import Duration, ObjectName, Reference, RoleClaim, Text
from supaops.config.references import EnvRef
from supaops.config.section import Section

REDACTED = ("password", "passwd", "secret", "token", "api_key", "apikey", "authorization", "cookie")


class Account(Section):
    """Somebody who may sign in with a password."""

    password: Reference
    """Where the password is; at least 12 characters."""
    role: Literal["viewer", "operator", "admin"] = "viewer"
    """What they may do: look; act on jobs and queues; stop the chain as well."""


class SupabaseAuth(Section):
    """The project's users, for `dashboard.auth: supabase`."""

    url: Reference = EnvRef("SUPABASE_URL")
    """The project's URL."""
    anon_key: Reference = EnvRef("SUPABASE_ANON_KEY")
    """The key that a sign-in is asked for with."""
    jwt_secret: Reference | None = None
    """The secret that tokens are signed with; null takes the public keys that the project shows."""
    role_claim: RoleClaim = "app_metadata.supaops_role"
    """Where below `app_metadata` of a token the role stands; a token without one is not let in."""


class Dashboard(Section):
    """The control room; closed unless `auth` says who may come in."""

    auth: Literal["off", "basic", "supabase"] = "off"
    """Who may come in: nobody, the `accounts`, or users of Supabase Auth."""
    key: Reference = EnvRef("SUPAOPS_DASHBOARD_KEY")
    """What sessions and forms are signed with; at least 32 characters."""
    accounts: dict[ObjectName, Account] = Field(default_factory=dict)
    """Who may sign in, by name, for `auth: basic`."""
    supabase: SupabaseAuth = SupabaseAuth()
    """The project's users, for `auth: supabase`."""
    session: Duration = timedelta(hours=12)
    """How long a sign-in lasts."""
    redact: list[Text] = Field(default=list(REDACTED))
    """Keys of payloads and results whose values are not shown, in any case and at any depth."""
    query_timeout: Duration = timedelta(seconds=3)
    """How long one statement of a page may take."""
