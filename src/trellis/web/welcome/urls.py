from django.urls import path

from trellis.web.welcome import views

urlpatterns = [path("welcome/", views.welcome, name="welcome")]
