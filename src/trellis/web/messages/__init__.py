"""Messages with the other side of one's mentorships. (Django's one-line messages are django.contrib.messages.)"""
