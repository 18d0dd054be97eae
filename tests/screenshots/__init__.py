"""Pictures of every page, for whoever judges how they look: `make screenshots`."""
