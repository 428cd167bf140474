from django.urls import path

from trellis.web.organisation import views

urlpatterns = [
    path("organisation/settings/", views.organisation_settings, name="organisation_settings"),
    path("organisation/notice/", views.notice, name="organisation_notice"),
    path("organisation/roles/", views.roles, name="organisation_roles"),
    path("organisation/roles/<int:number>/remove/", views.role_remove, name="organisation_role_remove"),
    path("organisation/audit/", views.audit_log, name="audit_log"),
    path("organisation/audit/export.csv", views.audit_export, name="audit_export"),
]
