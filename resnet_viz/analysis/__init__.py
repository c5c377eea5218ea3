"""Maths on networks and on what was measured of them."""
