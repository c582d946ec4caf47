from django.db import migrations, models


def table(name):
    return migrations.CreateModel(name, [("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")), ("number", models.IntegerField())])


class Migration(migrations.Migration):
    initial = True
    operations = [table("Order"), table("Shipped")]
