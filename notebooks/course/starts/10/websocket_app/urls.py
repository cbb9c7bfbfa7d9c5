"""
URL configuration for websocket_app project.

The `urlpatterns` list routes URLs to views. For more information please see:
    https://docs.djangoproject.com/en/stable/topics/http/urls/
Examples:
Function views
    1. Add an import:  from my_app import views
    2. Add a URL to urlpatterns:  path('', views.home, name='home')
Class-based views
    1. Add an import:  from other_app.views import Home
    2. Add a URL to urlpatterns:  path('', Home.as_view(), name='home')
Including another URLconf
    1. Import the include() function: from django.urls import include, path
    2. Add a URL to urlpatterns:  path('blog/', include('blog.urls'))
"""
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

console = TemplateView.as_view(template_name='websocket_app/console.html')
login = LoginView.as_view(template_name='websocket_app/login.html')

# The course: a notebook shows these pages in a frame. To Django the notebook
# is a stranger, for its port differs, and strangers may not frame a page:
# they could hide it under their own and catch your clicks. So only while
# DEBUG is on, and only these two.
if settings.DEBUG:
    console = xframe_options_exempt(console)
    login = xframe_options_exempt(login)

urlpatterns = [
    path('', console),
    path('login/', login, name='login'),
    path('logout/', LogoutView.as_view(), name='logout'),
    path('admin/', admin.site.urls),
]
