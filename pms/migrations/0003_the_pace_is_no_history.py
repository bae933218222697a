"""The pace of a PMS is of this minute: no write-ahead log for it, so that nobody waits for a disk."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pms", "0002_the_line_to_a_pms")]

    operations = [migrations.RunSQL("ALTER TABLE pms_pace SET UNLOGGED", "ALTER TABLE pms_pace SET LOGGED")]
