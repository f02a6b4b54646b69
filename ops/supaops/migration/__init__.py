"""The config to a migration file that Supabase's own tools apply, without supaops."""

from supaops.migration.write import NextMigration, next_migration

__all__ = ["NextMigration", "next_migration"]
