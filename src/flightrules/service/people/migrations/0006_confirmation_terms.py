from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_token_product")]

    operations = [
        migrations.AddField(
            model_name="confirmation",
            name="terms",
            field=models.JSONField(
                default=dict, help_text="what the digest is over, where it was sent along"
            ),
        ),
    ]
