"""The catalogue's addresses."""

from django.urls import path

from catalog import views

urlpatterns = [
    path("browse/", views.browse, name="browse"),
    path("media/thumbnails/<str:name>", views.media, name="media"),
]
