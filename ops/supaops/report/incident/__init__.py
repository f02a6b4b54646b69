"""The page of `supaops incident`: as text, as Markdown, as JSON. Pure."""

from supaops.report.incident.document import incident_json
from supaops.report.incident.markdown import incident_markdown
from supaops.report.incident.text import incident_lines

__all__ = ["incident_json", "incident_lines", "incident_markdown"]
