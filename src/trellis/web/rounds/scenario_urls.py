"""Addresses of what is compared and priced before a round, and of nothing that is sent."""

from django.urls import path

from trellis.web.rounds import price_views, scenario_views

comparing = [
    path("manage/<slug:slug>/rounds/compare/", scenario_views.scenarios, name="scenarios"),
    path("manage/<slug:slug>/rounds/compare/new/", scenario_views.scenario_new, name="scenario_new"),
    path("manage/<slug:slug>/rounds/compare/fairness/", scenario_views.scenarios_fairness, name="scenarios_fairness"),
    path("manage/<slug:slug>/rounds/compare/present/", scenario_views.scenario_present, name="scenario_present"),
    path(
        "manage/<slug:slug>/rounds/compare/<int:number>/changes/<int:other>/",
        scenario_views.scenario_changes,
        name="scenario_changes",
    ),
    path("manage/<slug:slug>/rounds/compare/<int:number>/", scenario_views.scenario, name="scenario"),
    path(
        "manage/<slug:slug>/rounds/compare/<int:number>/name/", scenario_views.scenario_rename, name="scenario_rename"
    ),
    path(
        "manage/<slug:slug>/rounds/compare/<int:number>/delete/", scenario_views.scenario_delete, name="scenario_delete"
    ),
    path("manage/<slug:slug>/rounds/compare/<int:number>/again/", scenario_views.scenario_again, name="scenario_again"),
    path("manage/<slug:slug>/rounds/compare/<int:number>/use/", scenario_views.scenario_use, name="scenario_use"),
    path("manage/<slug:slug>/rounds/curves/<slug:axis>/", price_views.curve, name="curve"),
    path("manage/<slug:slug>/rounds/curves/<slug:axis>/open/", price_views.curve_open, name="curve_open"),
    path("manage/<slug:slug>/rounds/<int:number>/prices/", price_views.round_prices, name="round_prices"),
]
