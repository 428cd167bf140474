"""The people of a programme as its manager sees them: the list, the queue of applications, inviting."""
