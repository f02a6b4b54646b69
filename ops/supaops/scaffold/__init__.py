"""The files of a new project: a config, targets, pipelines; what is there is never lost."""

from supaops.scaffold.files import Fate, File, write_new
from supaops.scaffold.kubernetes import kubernetes_texts
from supaops.scaffold.project import Wanted, existing_config, lay_out
from supaops.scaffold.runner import Runner, runner_of
from supaops.scaffold.services import CI
from supaops.scaffold.survey import Survey, survey
from supaops.scaffold.texts import ci_texts, starter_texts

__all__ = [
    "CI",
    "Fate",
    "File",
    "Runner",
    "Survey",
    "Wanted",
    "ci_texts",
    "existing_config",
    "kubernetes_texts",
    "lay_out",
    "runner_of",
    "starter_texts",
    "survey",
    "write_new",
]
