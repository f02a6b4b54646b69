"""The local Supabase stack and its stand-ins."""
