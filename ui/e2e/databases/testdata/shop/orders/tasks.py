from celery import shared_task

from .models import Shipped


@shared_task
def ship(number):
    Shipped.objects.create(number=number)
