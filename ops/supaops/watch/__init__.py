"""Run the checks again and again, and let others know: `supaops watch`."""
