from celery import shared_task

from .models import Shipped


@shared_task
def ship(number):
    Shipped.objects.get_or_create(number=number)
