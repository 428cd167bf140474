from django.urls import path, re_path

from trellis.web.programmes.views import joining, own, sign_up, training

OWN = r"^programmes/(?P<slug>[-\w]+)/(?P<side>mentee|mentor)/"

urlpatterns = [
    path("programmes/", joining.programmes, name="programmes"),
    path("programmes/<slug:slug>/", joining.programme_join, name="programme_join"),
    re_path(OWN + r"$", sign_up.enrolment_form, name="enrolment_form"),
    re_path(OWN + r"start/$", sign_up.enrolment_start, name="enrolment_start"),
    re_path(OWN + r"places/$", own.enrolment_places, name="enrolment_places"),
    re_path(OWN + r"findable/$", own.enrolment_findable, name="enrolment_findable"),
    re_path(OWN + r"pause/$", own.enrolment_pause, name="enrolment_pause"),
    re_path(OWN + r"resume/$", own.enrolment_resume, name="enrolment_resume"),
    re_path(OWN + r"withdraw/$", own.enrolment_withdraw, name="enrolment_withdraw"),
    path("training/<slug:module_id>/", training.training, name="training"),
]
