"""What a page says of its products. No Django, no database, no network."""
