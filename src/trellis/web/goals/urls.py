from django.urls import path

from trellis.web.goals import views

urlpatterns = [
    path("goals/", views.goals, name="goals"),
    path("goals/<int:number>/", views.goal, name="goal"),
    path("goals/<int:number>/edit/", views.edit, name="goal_edit"),
    path("goals/<int:number>/start/", views.start, name="goal_start"),
    path("goals/<int:number>/progress/", views.progress, name="goal_progress"),
    path("goals/<int:number>/steps/", views.add_step, name="goal_step"),
    path("goals/<int:number>/steps/<int:step>/", views.tick_step, name="goal_step_tick"),
    path("goals/<int:number>/sharing/", views.share, name="goal_share"),
    path("goals/<int:number>/settle/", views.settle, name="goal_settle"),
    path("goals/<int:number>/reopen/", views.reopen, name="goal_reopen"),
    path("mentorships/<int:number>/goals/new/", views.new, name="goal_new"),
]
