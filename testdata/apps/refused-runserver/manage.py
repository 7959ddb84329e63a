import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(DEBUG=True, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")
urlpatterns = [path("", lambda request: HttpResponse("in development"))]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
