"""What titles have taught, kept with a generation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lookalike_vectors", "0001_initial")]
    operations = [
        migrations.AddField("generation", "words", models.BinaryField(null=True)),
    ]
