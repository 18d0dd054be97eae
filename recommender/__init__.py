VERSION = "0.1.0"  # pyproject.toml takes it from here
