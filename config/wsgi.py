"""WSGI entry point, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from web.middleware.request_body import taken_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = taken_in(get_wsgi_application())
