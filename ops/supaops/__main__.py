"""`python -m supaops` is `supaops`."""

from supaops.cli import main

if __name__ == "__main__":
    main()
