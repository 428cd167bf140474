from django.urls import path

from trellis.web.jobs import views

urlpatterns = [
    path("organisation/jobs/", views.jobs, name="jobs"),
    path("organisation/jobs/<int:number>/cancel/", views.cancel_any, name="job_cancel_any"),
    path("organisation/jobs/<int:number>/again/", views.again, name="job_again"),
    path("jobs/<int:number>/", views.job, name="job"),
    path("jobs/<int:number>/cancel/", views.cancel, name="job_cancel"),
]
