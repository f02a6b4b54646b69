"""Desired, recorded and live state to a Plan."""
