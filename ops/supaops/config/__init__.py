"""YAML to a frozen, validated Config whose every key knows its file, line and column."""

from supaops.config.loading import config_place, load
from supaops.config.model import Config
from supaops.config.outside import Outside
from supaops.config.resolution import Resolved, resolve, resolve_some
from supaops.config.ticks import next_ticks

__all__ = [
    "Config",
    "Outside",
    "Resolved",
    "config_place",
    "load",
    "next_ticks",
    "resolve",
    "resolve_some",
]
