"""The words and numbers Trellis ships: templates, stages, prompts, instruments, skills, KPIs; and their checker."""
