from django.urls import path

from trellis.programmes.choices import Side
from trellis.web.find import views

MENTORS, MENTEES = "programmes/<slug:slug>/mentors/", "programmes/<slug:slug>/mentees/"
BY_MENTEE, BY_MENTOR = {"side": Side.MENTEE}, {"side": Side.MENTOR}  # who looks

urlpatterns = [
    path(MENTORS, views.find, BY_MENTEE, name="find_mentor"),
    path(MENTORS + "wishes/", views.change_wishes, BY_MENTEE, name="wishes"),
    path(MENTORS + "<int:number>/ask/", views.ask_somebody, BY_MENTEE, name="ask_mentor"),
    path(MENTORS + "<int:mentor>/wait/", views.wait, name="place_wait"),
    path(MENTORS + "ask-on/", views.ask_next, BY_MENTEE, name="ask_on"),
    path(MENTEES, views.find, BY_MENTOR, name="find_mentee"),
    path(MENTEES + "wishes/", views.change_wishes, BY_MENTOR, name="mentee_wishes"),
    path(MENTEES + "<int:number>/ask/", views.ask_somebody, BY_MENTOR, name="ask_mentee"),
    path(MENTEES + "ask-on/", views.ask_next, BY_MENTOR, name="mentee_ask_on"),
]
