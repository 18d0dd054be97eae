"""The tag of our own system checks.

Those run before every command of ours. Django's look at every page of the site, which takes longer
than most commands; `manage.py check` and the server's start run all of them.
"""

OURS = "lookalike"
