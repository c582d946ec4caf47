import os

from django.db import connection
from django.test import TestCase

from .models import Order


class Apart(TestCase):
    """The tests have a database of their own, and neither the app's rows nor its Redis."""

    def test_database(self):
        Order.objects.create(number=1)
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(connection.settings_dict["NAME"], "test_slipway-build")

    def test_redis(self):
        with self.assertRaises(OSError):
            os.listdir("/run/slipway-redis")
