"""What the HTTP servers of supaops share: the way they listen, and what they tell of a call."""
