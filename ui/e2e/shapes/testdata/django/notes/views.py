from django.http import HttpResponse

from notes.models import Note


def index(request):
    Note.objects.create(text="seen")
    return HttpResponse(f"{Note.objects.count()} notes")
