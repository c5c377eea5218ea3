"""Live views of one network or run each, bound to a session of their own, for any place."""
