"""The addresses of pages. Lesson 5: the console at /."""

from django.conf import settings
from django.contrib import admin
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

console = TemplateView.as_view(template_name="websocket_app/console.html")

# The course shows the page in a frame of the notebook. Anybody's page could
# do that, lay it invisibly over its own and catch your clicks. So only this
# page, and only while DEBUG is on.
if settings.DEBUG:
    console = xframe_options_exempt(console)

urlpatterns = [
    path("", console, name="console"),
    path("admin/", admin.site.urls),
]
