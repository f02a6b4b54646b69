"""The files of a new project: a starter config, and pipelines; what is there is never touched."""

from supaops.scaffold.files import Fate, File, write_new
from supaops.scaffold.kubernetes import kubernetes_texts
from supaops.scaffold.texts import CI, ci_texts, starter_texts

__all__ = ["CI", "Fate", "File", "ci_texts", "kubernetes_texts", "starter_texts", "write_new"]
