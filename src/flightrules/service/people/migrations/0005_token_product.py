from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_vouched")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="product",
            field=models.CharField(blank=True, default="", help_text="empty for all", max_length=60),
        ),
    ]
