"""What the rooms remember. Lessons 17, 19."""

from django.db import connection, models, transaction


class Message(models.Model):
    room = models.SlugField()
    who = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.who}: {self.text}"

    def save(self, **options):
        with transaction.atomic():
            take_turns(self.room)
            super().save(**options)


def take_turns(room):
    """Else a PostgreSQL of two writers may show 7 before it shows 6."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            lock = "SELECT pg_advisory_xact_lock(hashtext(%s))"
            cursor.execute(lock, [room])
