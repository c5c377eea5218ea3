"""The engine process: all of torch lives behind its messages."""
