"""The site as one command, `lookalike`, where the package is installed."""
