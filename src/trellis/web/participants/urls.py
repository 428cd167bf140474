from django.urls import path

from trellis.web.participants.views import inviting, people, queue

urlpatterns = [
    path("manage/<slug:slug>/people/", people.programme_people, name="programme_people"),
    path("manage/<slug:slug>/people/queue/", queue.enrolment_queue, name="enrolment_queue"),
    path("manage/<slug:slug>/people/queue/undo/", queue.enrolment_undo, name="enrolment_undo"),
    path("manage/<slug:slug>/invite/", inviting.programme_invite, name="programme_invite"),
]
