import socket
import time

from django.db import connection
from django.http import JsonResponse
from django.urls import path

from entries.models import Entry

RELEASE = 1


def front(request):
    """Counts the entries, of whatever instance."""
    return JsonResponse({"release": RELEASE, "entries": Entry.objects.count()})


def slow(request):
    """Answers as the front page does, after a while."""
    time.sleep(2)
    return front(request)


def add(request, text):
    """Makes an entry."""
    return JsonResponse({"row": Entry.objects.create(text=text).pk})


def where(request):
    """Tells which instance answers, and how it is connected to its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        encrypted = cursor.fetchone()[0]
    return JsonResponse({"instance": socket.gethostname(), "encrypted": encrypted})


urlpatterns = [path("", front), path("slow", slow), path("add/<str:text>", add), path("where", where)]
