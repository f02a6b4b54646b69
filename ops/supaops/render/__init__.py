"""Config to Resources and SQL text. Pure: no database, no clock, no environment."""

from supaops.render.resource import Kind, Resource, canonical, digest
from supaops.render.resources import resources
from supaops.render.script import annotated_script, files, script

__all__ = [
    "Kind",
    "Resource",
    "annotated_script",
    "canonical",
    "digest",
    "files",
    "resources",
    "script",
]
