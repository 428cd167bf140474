"""Where a manager starts a programme and changes it: templates, wizard, settings, roles, objectives, files."""
