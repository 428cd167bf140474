from django.urls import path

from trellis.web.overview import views

urlpatterns = [
    path("manage/", views.portfolio, name="manage"),
    path("manage/<slug:slug>/", views.overview, name="programme_overview"),
    path("manage/<slug:slug>/pairs/", views.pairs, name="pairs"),
    path("manage/<slug:slug>/pairs/<int:number>/", views.pair, name="pair"),
    path("manage/<slug:slug>/pairs/<int:number>/advance/", views.pair_advance, name="pair_advance"),
    path("manage/<slug:slug>/at-risk/", views.at_risk, name="at_risk"),
]
