"""Somebody new, who types what the tutorial says and nothing else."""
