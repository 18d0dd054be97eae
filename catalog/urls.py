"""The catalogue's addresses."""

from django.urls import path

from catalog import views

urlpatterns = [
    path("media/<str:kind>/<str:name>", views.media, name="media"),
]
