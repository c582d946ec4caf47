from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.urls import path


def front(request):
    return HttpResponse("a gallery")


def add(request, name):
    return HttpResponse(default_storage.save(f"{name}.txt", ContentFile(b"uploaded")))


urlpatterns = [path("", front), path("add/<name>", add)]
