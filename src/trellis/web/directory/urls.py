from django.urls import path

from trellis.web.directory import importing, views

urlpatterns = [
    path("organisation/people/", views.people, name="organisation_people"),
    path("organisation/people/<int:number>/", views.person, name="organisation_person"),
    path("organisation/people/<int:number>/invite/", views.invite, name="organisation_person_invite"),
    path("organisation/import/", importing.imports, name="directory_imports"),
    path("organisation/import/template.csv", importing.template_file, name="directory_template"),
    path("organisation/import/<int:number>/", importing.one_import, name="directory_import"),
    path("organisation/import/<int:number>/columns/", importing.columns, name="directory_import_columns"),
    path("organisation/import/<int:number>/apply/", importing.apply, name="directory_import_apply"),
    path("organisation/import/<int:number>/stop/", importing.stop, name="directory_import_stop"),
    path("organisation/import/<int:number>/again/", importing.again, name="directory_import_again"),
    path("organisation/import/<int:number>/refused.csv", importing.refused_file, name="directory_import_refused"),
]
