"""What is left to do before a new site shows anything."""

from django.db import DatabaseError, connections

from catalog import replica
from recommender.search.answering import live_index
from recommender.search.errors import NotReady
from runs.to_type import to_type


def first_steps() -> str:
    """For whoever starts the site: why it has nothing to show yet, and what to run; or nothing.

    It may be asked before the workers are forked, which must not share its connection.
    """
    try:
        with replica.reading():
            live_index()
    except NotReady as error:
        runs = "".join(f"\n    {to_type(f'python {command}')}" for command in error.commands)
        return f"{error.reason} Run{', in this order' if len(error.commands) > 1 else ''}:{runs}"
    except DatabaseError:
        return f"The database is not set up. Run:\n    {to_type('python manage.py migrate')}"
    finally:
        connections.close_all()
    return ""
