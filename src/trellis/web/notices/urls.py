from django.urls import path

from trellis.web.notices import views

urlpatterns = [
    path("notices/", views.inbox_page, name="notices"),
    path("notices/read/", views.read_all, name="notices_read_all"),
    path("notices/<int:number>/", views.open_notice, name="notice"),
]
