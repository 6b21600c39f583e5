"""The tables of the ledger (written by Django)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="PersonalDatum",
            fields=[
                ("commitment", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("salt", models.BinaryField(null=True)),
                ("value", models.TextField(null=True)),
                ("about", models.CharField(db_index=True, help_text="key of the person", max_length=64)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("size", models.BigIntegerField(default=0)),
                ("frontier", models.BinaryField(default=b"")),
                (
                    "last",
                    models.BinaryField(default=b"", help_text="leaf hash of the newest entry", max_length=32),
                ),
                ("head", models.TextField(default="", help_text="signed checkpoint over all entries")),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("tag", models.CharField(max_length=60)),
                ("actor", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=120)),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField(max_length=32)),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "id"], name="records_ent_subject_5b5da6_idx"),
                    models.Index(fields=["tag", "at"], name="records_ent_tag_ed2562_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("stream", "seq"), name="records_one_entry_a_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "anchors",
                    models.JSONField(default=list, help_text="outside witnesses: RFC 3161 tokens, git notes"),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoints",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stream", "size"), name="records_one_checkpoint_a_size")
                ],
            },
        ),
    ]
