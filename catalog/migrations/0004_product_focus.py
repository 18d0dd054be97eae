from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lookalike_catalog", "0003_changes")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="focus",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text=(
                    "Where a tile cuts it, as in CSS's object-position: 0 to 100, for both axes."
                ),
                null=True,
            ),
        ),
    ]
