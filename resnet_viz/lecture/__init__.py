"""Lectures as values and files: scenes, views, steps, bundles; what is said with numbers."""
