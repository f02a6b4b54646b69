"""What the pages of the control room read."""
