"""Findings and plans to text, JSON and other formats. Pure."""
