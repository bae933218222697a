"""The table of Django's database cache, used where no Redis is given. Unlogged: it holds only what may be lost."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ops", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE UNLOGGED TABLE ops_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);"
            "CREATE INDEX ops_cache_expires ON ops_cache (expires);",
            "DROP TABLE ops_cache;",
        )
    ]
