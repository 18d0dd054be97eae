"""Backups: database, pictures, indexes, maps and weights as one consistent set, and back again."""
