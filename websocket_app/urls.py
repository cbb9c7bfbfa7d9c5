"""The addresses of pages. Lessons 5, 11 and 18."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

from websocket_app.chat import say
from websocket_app.rights import for_writers

console = TemplateView.as_view(template_name="websocket_app/console.html")
chat = TemplateView.as_view(template_name="websocket_app/chat.html")
login = LoginView.as_view(template_name="websocket_app/login.html")

# The course shows pages in a frame of the notebook. Anybody's page could do
# that, lay yours invisibly over its own and catch your clicks. So no other
# page than what stands here, and only while DEBUG is on.
if settings.DEBUG:
    console = xframe_options_exempt(console)
    login = xframe_options_exempt(login)

urlpatterns = [
    path("", console, name="console"),
    path("login/", login, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("chat/<slug:name>/", chat, name="chat"),
    path("chat/<slug:name>/say/", for_writers(say), name="say"),
    path("admin/", admin.site.urls),
]
# The admin's styles, while DEBUG is on; later, a proxy has them.
urlpatterns += staticfiles_urlpatterns()
