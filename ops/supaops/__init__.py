"""supaops: declare, plan, apply and watch the job chain of a Supabase project."""

__version__ = "0.1.0"
