"""The declared task types in the languages of those who enqueue and handle jobs."""

from supaops.render.types.files import MARK, Language, types_file

__all__ = ["MARK", "Language", "types_file"]
