"""Pictures to learn from: drawn, found, downloaded, read from class folders; no network here."""
