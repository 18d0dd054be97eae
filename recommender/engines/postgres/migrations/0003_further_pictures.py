"""The further pictures of products; partitioned by generation, as the products are."""

from typing import Any

import pgvector.django
from django.db import migrations, models

import recommender.engines.postgres.models

TABLE = "lookalike_vectors_furthervector"
MAKE = (
    f"""CREATE TABLE {TABLE} (
        generation integer NOT NULL, item integer NOT NULL, place integer NOT NULL,
        item_id text NOT NULL, content_hash varchar(64) NOT NULL, v halfvec NOT NULL,
        bits bit varying, is_zero boolean NOT NULL, PRIMARY KEY (generation, item, place)
    ) PARTITION BY LIST (generation)""",
    f"CREATE INDEX ON {TABLE} (item_id)",
    f"CREATE INDEX ON {TABLE} (item) WHERE is_zero",
)
STATE = migrations.CreateModel(
    name="FurtherVector",
    fields=[
        ("pk", models.CompositePrimaryKey("generation", "item", "place", blank=True, editable=False, primary_key=True, serialize=False)),
        ("generation", models.IntegerField()),
        ("item", models.IntegerField()),
        ("place", models.IntegerField()),
        ("item_id", models.TextField()),
        ("content_hash", models.CharField(max_length=64)),
        ("v", pgvector.django.HalfVectorField()),
        ("bits", recommender.engines.postgres.models.BitsField(null=True)),
        ("is_zero", models.BooleanField()),
    ],
)  # fmt: skip


def make(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in MAKE:
            schema_editor.execute(statement)


def drop(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("lookalike_vectors", "0002_words")]
    operations = [
        migrations.SeparateDatabaseAndState([migrations.RunPython(make, drop)], [STATE]),
    ]
