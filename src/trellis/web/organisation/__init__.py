"""The organisation's own pages for its admins: settings, roles, audit log."""
