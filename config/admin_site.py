"""Django's admin in this site's name; an app of ours leaves another project's as it is."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import apps


class Site(admin.AdminSite):
    """The admin, called as the shop is."""

    site_header = site_title = settings.SHOP_NAME
    index_title = "Catalogue and index"


class AdminConfig(apps.AdminConfig):
    default_site = "config.admin_site.Site"
