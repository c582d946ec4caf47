from django.core.cache import cache
from django.http import JsonResponse
from django.urls import path

from orders.models import Order, Shipped
from orders.tasks import ship


def front(request):
    """Counts what there is, in the database and in the cache."""
    cache.add("visits", 0, None)
    return JsonResponse({"orders": Order.objects.count(), "shipped": Shipped.objects.count(), "visits": cache.incr("visits")})


def add(request, number):
    """Takes an order, and has the worker ship it."""
    order = Order.objects.create(number=number)
    ship.delay(number)
    return JsonResponse({"row": order.pk})


def numbers(request):
    """Lists each order's number as often as it is there, and what was shipped."""
    return JsonResponse({
        "orders": sorted(Order.objects.values_list("number", flat=True)),
        "shipped": sorted(Shipped.objects.values_list("number", flat=True)),
    })


urlpatterns = [path("", front), path("add/<int:number>", add), path("numbers", numbers)]
