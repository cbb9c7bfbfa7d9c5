"""The tables of the course in Django's admin. Lesson 17."""

from django.contrib import admin

from websocket_app.models import Message

admin.site.register(Message)
