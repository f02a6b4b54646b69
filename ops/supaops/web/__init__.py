"""The control room pages."""
