from django.urls import include, path

urlpatterns = [path("", include("trellis.web.urls"))]

handler403 = "trellis.web.errors.views.no_permission"
handler429 = "trellis.web.errors.views.too_many"  # allauth's limits look for it here
handler404 = "trellis.web.errors.views.not_found"
handler500 = "trellis.web.errors.views.broken"
