"""Programmes as a participant meets them: what they ask, the sign-up form, the training, one's own sign-ups."""
