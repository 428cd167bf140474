from collections.abc import Callable

from allauth.mfa.recovery_codes.views import download_recovery_codes, generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn
from django.http import HttpResponseBase
from django.urls import path

from trellis.web.access import Audience, audience
from trellis.web.account import attributes, passkeys, safety, views
from trellis.web.account.fresh import fresh, proves_factor


def ceremony(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """One of allauth's views behind our own two doors; it shows our template of the same name."""
    return audience(Audience.MEMBER)(fresh(view))


urlpatterns = [
    path("account/", views.account_settings, name="account_settings"),
    path("account/mail/", views.mail, name="account_mail"),
    path("account/for-fairness/", attributes.attributes, name="account_attributes"),
    path("account/data/", views.data, name="account_data"),
    path("account/data/download/", views.data_download, name="account_data_download"),
    path("account/sessions/", safety.sessions, name="account_sessions"),
    path("account/sessions/<int:number>/end/", safety.end_session, name="account_session_end"),
    path("account/sessions/end-others/", safety.end_other_sessions, name="account_sessions_end"),
    path("account/confirm/", safety.confirm, name="account_confirm"),
    path("account/password/", safety.password, name="account_password"),
    path("account/security/", safety.security, name="account_security"),
    # The names below are those that allauth's views reverse.
    path("account/security/", safety.security, name="mfa_index"),
    path("account/security/", safety.security, name="mfa_list_webauthn"),
    path("account/confirm/", safety.confirm, name="account_reauthenticate"),
    path("account/confirm/", safety.confirm, name="mfa_reauthenticate"),
    path("account/confirm/", safety.confirm, name="mfa_reauthenticate_webauthn"),
    path("account/security/app/", ceremony(proves_factor(activate_totp)), name="mfa_activate_totp"),
    path("account/security/app/remove/", ceremony(deactivate_totp), name="mfa_deactivate_totp"),
    path("account/security/codes/", ceremony(view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/security/codes/new/", ceremony(generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/security/codes/download/", ceremony(download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/security/passkey/", ceremony(proves_factor(add_webauthn)), name="mfa_add_webauthn"),
    path("account/security/passkey/<int:number>/remove/", passkeys.remove, name="account_passkey_remove"),
]
