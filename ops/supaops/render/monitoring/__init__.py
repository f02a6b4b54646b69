"""Rules for Prometheus and a board for Grafana, from what the YAML promises."""

from supaops.render.monitoring.board import board
from supaops.render.monitoring.rules import rules

__all__ = ["board", "rules"]
