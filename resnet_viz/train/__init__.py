"""Training: data, loop and run folders."""
