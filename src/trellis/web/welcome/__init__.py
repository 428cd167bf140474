"""The first visit: the privacy notice, then a checklist that can be left and resumed."""
