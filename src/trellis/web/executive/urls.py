from django.urls import path

from trellis.web.executive import views

urlpatterns = [path("report/", views.report, name="executive_report")]
