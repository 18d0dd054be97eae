"""What staff see beside what visitors do: pages and links of their own."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """For staff, who sign in where the admin is; without an admin there is no such page."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        login = admin_address("login")
        if not login:
            raise Http404("no admin")
        return staff_member_required(view, login_url=login)(request, *args, **kwargs)

    return checked


def is_for_owner(request: HttpRequest) -> bool:
    """Whether who asks runs the site, and may see what to run: staff, and all under DEBUG."""
    return settings.DEBUG or bool(getattr(getattr(request, "user", None), "is_staff", False))


def are_clicks_counted(request: HttpRequest) -> bool:
    """Whether the site counts clicks, and who asks is a visitor: neither staff nor an export."""
    is_staff = getattr(getattr(request, "user", None), "is_staff", False)
    return settings.COUNT_CLICKS and getattr(request, "counted", True) and not is_staff


def may(request: HttpRequest, permission: str) -> bool:
    """Whether who asks is staff and may do so; nobody is where a project has no accounts."""
    user = getattr(request, "user", None)
    return user is not None and user.is_staff and user.has_perm(permission)


def address_to_add_rules(request: HttpRequest) -> str:
    """Where a rule is made, for those who may; "" for all others."""
    return (
        admin_address("lookalike_recommender_rule_add")
        if may(request, "lookalike_recommender.add_rule")
        else ""
    )


def admin_address(name: str) -> str:
    """The address of a page of the admin; "" where there is none."""
    try:
        return reverse(f"admin:{name}")
    except NoReverseMatch:
        return ""
