"""The engine that keeps vectors and lists in PostgreSQL, and searches them by pgvector."""
