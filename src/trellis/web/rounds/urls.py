from django.urls import path

from trellis.web.rounds import (
    board_views,
    fairness_views,
    pairs_views,
    report_views,
    rotation_views,
    settings_views,
    views,
)
from trellis.web.rounds.scenario_urls import comparing

urlpatterns = [
    path("manage/<slug:slug>/rounds/", views.rounds, name="rounds"),
    path("manage/<slug:slug>/rounds/start/", views.start, name="round_start"),
    path("manage/<slug:slug>/rounds/rotate/", rotation_views.rotate, name="round_rotate"),
    path("manage/<slug:slug>/rounds/settings/", settings_views.settings, name="round_settings"),
    path("manage/<slug:slug>/rounds/pairs/", pairs_views.pairs, name="round_pairs"),
    path("manage/<slug:slug>/rounds/pairs/release/", pairs_views.release, name="round_pair_release"),
    path("manage/<slug:slug>/rounds/<int:number>/settings/", settings_views.again, name="round_other_settings"),
    path("manage/<slug:slug>/rounds/next-choices/<int:proposal>/", views.next_choice, name="next_choice"),
    *comparing,
    path("manage/<slug:slug>/rounds/<int:number>/", board_views.show, name="round"),
    path("manage/<slug:slug>/rounds/<int:number>/decide/", board_views.decide_pairs, name="round_decide"),
    path("manage/<slug:slug>/rounds/<int:number>/approve-from/", board_views.approve_above, name="round_approve_from"),
    path("manage/<slug:slug>/rounds/<int:number>/swap/<int:proposal>/", board_views.swap_pair, name="round_swap"),
    path("manage/<slug:slug>/rounds/<int:number>/unmatched/", views.unmatched, name="round_unmatched"),
    path("manage/<slug:slug>/rounds/<int:number>/fairness/", fairness_views.fairness, name="round_fairness"),
    path("manage/<slug:slug>/rounds/<int:number>/fairness/make/", fairness_views.make, name="round_fairness_make"),
    path("manage/<slug:slug>/rounds/<int:number>/proof/", views.proof, name="round_proof"),
    path("manage/<slug:slug>/rounds/<int:number>/certificate.json", views.certificate, name="round_certificate"),
    path("manage/<slug:slug>/rounds/<int:number>/report/", report_views.report, name="round_report"),
    path("manage/<slug:slug>/rounds/<int:number>/report/make/", report_views.make, name="round_report_make"),
    path("manage/<slug:slug>/rounds/<int:number>/report.pdf", report_views.pdf, name="round_report_pdf"),
    path("manage/<slug:slug>/rounds/<int:number>/report.xlsx", report_views.sheet, name="round_report_sheet"),
    path("manage/<slug:slug>/rounds/<int:number>/publish/", views.publish, name="round_publish"),
    path("manage/<slug:slug>/rounds/<int:number>/stop/", rotation_views.stop, name="round_stop"),
    path("manage/<slug:slug>/rounds/<int:number>/undo/", views.undo, name="round_undo"),
    path("manage/<slug:slug>/rounds/<int:number>/set-aside/", views.set_aside, name="round_set_aside"),
    path("manage/<slug:slug>/rounds/<int:number>/again/", views.again, name="round_again"),
]
