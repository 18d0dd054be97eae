from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_fewer_indexes")]

    operations = [
        migrations.CreateModel(
            name="Removed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_id", models.CharField(max_length=600, unique=True)),
            ],
        ),
    ]
