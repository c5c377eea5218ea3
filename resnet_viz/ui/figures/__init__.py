"""Pictures and numbers of what is on screen, for papers and slides."""
