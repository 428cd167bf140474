from django.urls import path

from trellis.web.mentorship import agreement, check_in, closing, leaving, views

urlpatterns = [
    path("mentorships/<int:number>/", views.space, name="mentorship"),
    path("mentorships/<int:number>/next/", views.move_on, name="mentorship_next"),
    path("mentorships/<int:number>/tasks/", views.task, name="mentorship_task"),
    path("mentorships/<int:number>/wish/", views.wish, name="mentorship_wish"),
    path("mentorships/<int:number>/agreement/", agreement.agreement, name="agreement"),
    path("mentorships/<int:number>/agreement/sign/", agreement.sign, name="agreement_sign"),
    path("mentorships/<int:number>/review/", closing.review, name="review"),
    path("mentorships/<int:number>/closing/", closing.closing, name="closure"),
    path("mentorships/<int:number>/closing/words/", closing.words, name="closure_words"),
    path("mentorships/<int:number>/pause/", leaving.pause, name="mentorship_pause"),
    path("mentorships/<int:number>/resume/", leaving.resume, name="mentorship_resume"),
    path("mentorships/<int:number>/extend/", leaving.extend, name="mentorship_extend"),
    path("mentorships/<int:number>/end/", leaving.end, name="mentorship_end"),
    path("mentorships/<int:number>/check-in/<slug:pack_id>/", check_in.check_in, name="checkin"),
    path("certificates/<str:certificate>/", closing.certificate, name="certificate"),
]
