from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_colour_names")]

    operations = [
        migrations.AlterField(
            model_name="product",
            name="gone_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="product",
            name="hidden",
            field=models.BooleanField(
                default=False, help_text="Kept out of pages and index, whatever the shop says."
            ),
        ),
    ]
