"""Views of the participant's programmes, one file per noun."""
