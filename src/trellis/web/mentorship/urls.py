from django.urls import path

from trellis.web.mentorship import views

urlpatterns = [
    path("mentorships/<int:number>/", views.show, name="mentorship"),
    path("mentorships/<int:number>/agreement/", views.show, name="agreement"),
    path("mentorships/<int:number>/review/", views.show, name="review"),
    path("mentorships/<int:number>/closing/", views.show, name="closure"),
    path("mentorships/<int:number>/pause/", views.show, name="mentorship_pause"),
    path("mentorships/<int:number>/end/", views.show, name="mentorship_end"),
    path("mentorships/<int:number>/extend/", views.show, name="mentorship_extend"),
    path("mentorships/<int:number>/check-in/<slug:pack>/", views.show, name="checkin"),
    path("certificates/<str:certificate>/", views.show, name="certificate"),
]
