"""The catalogue's addresses."""

from django.urls import path

from catalog import views

urlpatterns = [
    path("browse/", views.browse, name="browse"),
    path("media/<str:kind>/<str:name>", views.media, name="media"),
]
