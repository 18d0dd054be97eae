"""The catalogue's addresses."""

from django.urls import path

from web.pages import media

urlpatterns = [
    path("media/<str:kind>/<str:name>", media.media, name="media"),
]
