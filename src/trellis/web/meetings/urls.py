from django.urls import path

from trellis.web.meetings import views

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/<int:number>/", views.meeting, name="meeting"),
    path("meetings/<int:number>/answer/", views.answer, name="meeting_answer"),
    path("meetings/<int:number>/notes/", views.notes, name="meeting_notes"),
    path("meetings/<int:number>/move/", views.move, name="meeting_move"),
    path("meetings/<int:number>/cancel/", views.cancel, name="meeting_cancel"),
    path("meetings/<int:number>/calendar.ics", views.calendar, name="meeting_calendar"),
    path("mentorships/<int:number>/meetings/plan/", views.plan, name="meeting_plan"),
    path("mentorships/<int:number>/meetings/log/", views.log, name="meeting_log"),
]
