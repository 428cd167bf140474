from django.urls import path

from trellis.web.home import views

urlpatterns = [path("", views.home, name="home")]
