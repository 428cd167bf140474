from django.urls import path

from trellis.web.find import views

urlpatterns = [
    path("programmes/<slug:slug>/mentors/", views.find_mentor, name="find_mentor"),
    path("programmes/<slug:slug>/mentors/wishes/", views.change_wishes, name="wishes"),
    path("programmes/<slug:slug>/mentors/<int:mentor>/ask/", views.ask, name="ask_mentor"),
    path("programmes/<slug:slug>/mentors/<int:mentor>/wait/", views.wait, name="place_wait"),
    path("programmes/<slug:slug>/mentors/ask-on/", views.ask_next, name="ask_on"),
]
