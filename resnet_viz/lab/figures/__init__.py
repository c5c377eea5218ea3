"""Charts on paper: what experiments find, drawn by matplotlib for slides and pages."""
