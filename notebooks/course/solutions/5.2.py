from django.contrib import admin
from django.http import HttpResponse
from django.urls import path
from django.views.generic import TemplateView

console = TemplateView.as_view(template_name="websocket_app/console.html")


def about(request):
    return HttpResponse("This site speaks WebSocket.")


urlpatterns = [
    path("", console, name="console"),
    path("about", about),
    path("admin/", admin.site.urls),
]
