"""The Lecture workspace, and lectures as they are presented."""
