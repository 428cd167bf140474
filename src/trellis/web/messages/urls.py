from django.urls import path

from trellis.web.messages import views

urlpatterns = [
    path("messages/", views.threads, name="messages"),
    path("messages/<int:number>/", views.conversation, name="conversation"),
]
