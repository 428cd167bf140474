from django.urls import path

from trellis.web.offers import views

urlpatterns = [path("offers/<int:number>/", views.offer, name="offer")]
