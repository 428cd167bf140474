from django.urls import path

from trellis.web.errors import views

urlpatterns = [
    path("health", views.health, name="health"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("offline", views.offline, name="offline"),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
