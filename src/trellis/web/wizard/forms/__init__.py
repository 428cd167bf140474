"""Forms of the wizard area: from what the browser sends to clean Python. They save nothing."""
