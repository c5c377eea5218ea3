"""Recorded trainings as folders: what is in them, reading, listing, exporting; no torch, no Qt."""
