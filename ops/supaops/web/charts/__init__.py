"""Charts as shapes: numbers in, coordinates and texts out."""
