"""What the rooms remember. Lesson 17."""

from django.db import models


class Message(models.Model):
    room = models.SlugField()
    who = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.who}: {self.text}"
