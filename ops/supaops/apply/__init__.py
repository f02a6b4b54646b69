"""A Plan to one transaction, verified and recorded."""
