from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("readiness", "0002_stands_until")]

    operations = [
        migrations.AddField(
            model_name="waiver",
            name="reminded_at",
            field=models.DateTimeField(null=True, help_text="when it was told that it expires soon"),
        ),
    ]
