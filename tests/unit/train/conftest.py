"""Fixtures shared by the tests of data and of training."""

from tiny_recipes import one_thread, own_cache, pictures, recipe

__all__ = ["one_thread", "own_cache", "pictures", "recipe"]
