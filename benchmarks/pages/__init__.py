"""How long the control room's pages take on a queue of a million jobs; see benchmarks/README.md."""
