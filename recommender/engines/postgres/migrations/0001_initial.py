"""The tables; the two large ones are partitioned by generation, which Django cannot say itself."""

from collections.abc import Callable
from typing import Any

import django.contrib.postgres.fields
import pgvector.django
from django.db import migrations, models

import recommender.engines.postgres.models

VECTOR, LIST = "lookalike_vectors_vector", "lookalike_vectors_neighbourlist"
MAKE = (
    f"""CREATE TABLE {VECTOR} (
        generation integer NOT NULL, item integer NOT NULL, item_id text NOT NULL,
        content_hash varchar(64) NOT NULL, v halfvec NOT NULL, bits bit varying,
        is_zero boolean NOT NULL, colours bytea, same_as integer, similar_to integer,
        PRIMARY KEY (generation, item), UNIQUE (generation, item_id)
    ) PARTITION BY LIST (generation)""",
    f"CREATE INDEX ON {VECTOR} (item) WHERE is_zero",
    f"CREATE INDEX ON {VECTOR} (same_as)",
    f"CREATE INDEX ON {VECTOR} (similar_to)",
    f"""CREATE TABLE {LIST} (
        generation integer NOT NULL, item integer NOT NULL, metric smallint NOT NULL,
        ids integer[] NOT NULL, distances double precision[] NOT NULL,
        PRIMARY KEY (generation, item, metric)
    ) PARTITION BY LIST (generation)""",
)
DROP = (f"DROP TABLE {VECTOR}", f"DROP TABLE {LIST}")
VECTOR_STATE = migrations.CreateModel(
    name="Vector",
    fields=[
        ("pk", models.CompositePrimaryKey("generation", "item", blank=True, editable=False, primary_key=True, serialize=False)),
        ("generation", models.IntegerField()),
        ("item", models.IntegerField()),
        ("item_id", models.TextField()),
        ("content_hash", models.CharField(max_length=64)),
        ("v", pgvector.django.HalfVectorField()),
        ("bits", recommender.engines.postgres.models.BitsField(null=True)),
        ("is_zero", models.BooleanField()),
        ("colours", models.BinaryField(null=True)),
        ("same_as", models.IntegerField(null=True)),
        ("similar_to", models.IntegerField(null=True)),
    ],
)  # fmt: skip
LIST_STATE = migrations.CreateModel(
    name="NeighbourList",
    fields=[
        ("pk", models.CompositePrimaryKey("generation", "item", "metric", blank=True, editable=False, primary_key=True, serialize=False)),
        ("generation", models.IntegerField()),
        ("item", models.IntegerField()),
        ("metric", models.SmallIntegerField()),
        ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
        ("distances", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
    ],
)  # fmt: skip


def _run(statements: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def run(_apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        pgvector.django.VectorExtension(),
        migrations.CreateModel(
            name="Generation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedder", models.CharField(max_length=100)),
                ("state", models.CharField(choices=[("live", "Live"), ("previous", "Previous")], max_length=8, null=True)),
                ("number", models.PositiveIntegerField(default=0)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                ("manifest", models.TextField()),
                ("search", models.JSONField()),
                ("statistics", models.BinaryField()),
                ("projection", models.BinaryField(null=True)),
                ("mean", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("embedder", "state"), name="one_generation_a_state")],
            },
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(_run(MAKE), _run(DROP))], [VECTOR_STATE, LIST_STATE]
        ),
    ]  # fmt: skip
