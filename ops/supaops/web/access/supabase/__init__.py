"""The users of a Supabase project: their tokens, their cookie, and how they sign in."""
