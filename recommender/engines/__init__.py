"""What keeps and searches vectors: what every engine promises, and PostgreSQL."""
