from django.urls import path

from trellis.web.errors import views

urlpatterns = [
    path("health", views.health, name="health"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("offline", views.offline, name="offline"),
]
