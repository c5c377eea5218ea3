"""The block view: x + F(x) = y as three linked grids of channels."""
