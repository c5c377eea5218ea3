"""Help inside the window: the tour, the glossary."""
