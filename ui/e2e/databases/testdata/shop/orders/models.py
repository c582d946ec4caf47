from django.db import models


class Order(models.Model):
    number = models.IntegerField()


class Shipped(models.Model):
    number = models.IntegerField()
