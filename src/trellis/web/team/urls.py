from django.urls import path

from trellis.web.team import views

urlpatterns = [path("team/", views.team, name="team")]
