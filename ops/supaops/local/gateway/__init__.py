"""A stand-in for Supabase's Data API: functions of schema public over HTTP, and no tables."""
