from django.urls import path

from trellis.web.gate.demo_views import demo_sign_in

urlpatterns = [path("demo/sign-in/<slug:key>/", demo_sign_in, name="demo_sign_in")]
