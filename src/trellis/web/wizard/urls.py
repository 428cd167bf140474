from django.urls import path

from trellis.web.wizard.views import creation, gallery, joining, objectives, roles, settings, summary

SETTINGS = "manage/<slug:slug>/settings/"

# Pages above single programmes have two steps under /manage/, so that "/manage/<slug>/" can never take them.
urlpatterns = [
    path("manage/new/", gallery.gallery, name="programme_templates"),
    path("manage/new/file/", creation.import_file, name="programme_import"),
    path("manage/new/<slug:template_id>/", creation.create, name="programme_new"),
    path("manage/new/<slug:template_id>/about/", gallery.about_template, name="programme_template"),
    path("manage/objectives/", objectives.objectives, name="objectives"),
    path("manage/objectives/<int:number>/", objectives.objective, name="objective"),
    path("manage/objectives/<int:number>/remove/", objectives.remove, name="objective_remove"),
    path("manage/<slug:slug>/export.yaml", creation.export, name="programme_export"),
    path("manage/<slug:slug>/duplicate/", creation.duplicate, name="programme_duplicate"),
    path("manage/<slug:slug>/summary/", summary.summary, name="programme_summary"),
    path("manage/<slug:slug>/status/", settings.move, name="programme_move"),
    path(SETTINGS, settings.settings, name="programme_settings"),
    path(SETTINGS + "conditions/new/", joining.condition, name="condition_new"),
    path(SETTINGS + "conditions/<int:number>/", joining.condition, name="condition"),
    path(SETTINGS + "conditions/<int:number>/remove/", joining.remove_condition, name="condition_remove"),
    path(SETTINGS + "questions/", joining.questions, name="programme_questions"),
    path(SETTINGS + "questions/matching/", joining.answer_use, name="answer_use"),
    path(SETTINGS + "questions/new/", joining.question, name="question_new"),
    path(SETTINGS + "questions/<int:number>/", joining.question, name="question"),
    path(SETTINGS + "questions/<int:number>/remove/", joining.remove_question, name="question_remove"),
    path(SETTINGS + "questions/<int:number>/move/", joining.move_question, name="question_move"),
    path(SETTINGS + "roles/", roles.roles, name="programme_roles"),
    path(SETTINGS + "roles/give/", roles.give, name="role_give"),
    path(SETTINGS + "roles/<int:number>/take/", roles.take, name="role_take"),
    path(SETTINGS + "<slug:key>/", settings.section, name="programme_section"),
]
