from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

from notes.models import Note


def front(request):
    if "add" in request.GET:
        Note.objects.create(text=request.GET["add"])
    return HttpResponse(f"{Note.objects.count()} notes")


urlpatterns = [path("admin/", admin.site.urls), path("", front)]
