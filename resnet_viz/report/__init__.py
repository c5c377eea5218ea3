"""The headless report: figures, HTML, JSON and CSV."""
