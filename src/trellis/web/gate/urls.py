from allauth.mfa.base.views import authenticate as second_factor
from allauth.mfa.webauthn.views import login_webauthn
from django.conf import settings
from django.urls import path

from trellis.web.access import Audience, audience
from trellis.web.gate import demo_urls, views

open_to_all = audience(Audience.ANYONE)

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.sign_in_code, name="sign_in_code"),
    path("sign-in/link/<str:token>/", views.sign_in_link, name="sign_in_link"),
    path("sign-in/password/", views.sign_in_password, name="sign_in_password"),
    path("sign-in/help/", views.sign_in_help, name="sign_in_help"),
    # allauth's own ceremonies, under the names it looks for, on our pages
    path("sign-in/second-factor/", open_to_all(second_factor), name="mfa_authenticate"),
    path("sign-in/passkey/", open_to_all(login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("account/organisation/", views.choose_organisation, name="choose_organisation"),
]
if settings.DEMO:
    urlpatterns += demo_urls.urlpatterns
