"""What supaops costs, measured; `python -m benchmarks --help`, method in README.md."""
