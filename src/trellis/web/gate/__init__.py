"""The way in: sign-in by code, link, passkey or password, the second factor, invitations, sign-out."""
