from trellis.notifications.models import Notice
from trellis.people.models import Person


def unread_count(person: Person) -> int:
    return Notice.objects.filter(person=person, read_at=None).count()
