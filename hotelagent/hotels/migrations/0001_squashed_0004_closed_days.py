import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import hotelagent.hotels.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('hotels', '0001_initial'), ('hotels', '0002_adult_from'), ('hotels', '0003_api_tokens'), ('hotels', '0004_closed_days')]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hotel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='short name')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('timezone', models.CharField(max_length=60, validators=[hotelagent.hotels.models.validate_timezone], verbose_name='time zone')),
                ('country', models.CharField(help_text='Two letters, e.g. AR', max_length=2, verbose_name='country')),
                ('currency', models.CharField(help_text='Three letters, e.g. ARS', max_length=3, verbose_name='currency')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('es', 'Spanish'), ('en', 'English'), ('pt', 'Portuguese')], max_length=2), default=hotelagent.hotels.models.default_languages, size=None, verbose_name='languages')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='latitude')),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='longitude')),
                ('check_in_from', models.TimeField(default=datetime.time(15, 0), verbose_name='check-in from')),
                ('check_out_until', models.TimeField(default=datetime.time(11, 0), verbose_name='check-out until')),
                ('adult_from', models.PositiveSmallIntegerField(default=18, verbose_name='counts as an adult from age')),
                ('closed_days', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, help_text='Days on which nobody is at reception in spite of the hours above, such as holidays', size=None, verbose_name='closed on')),
                ('retention_days', models.PositiveSmallIntegerField(default=14, verbose_name='keep texts for (days)')),
            ],
            options={
                'verbose_name': 'hotel',
                'verbose_name_plural': 'hotels',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Which system uses it', max_length=80, verbose_name='name')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='one_token_per_name')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('receptionist', 'Receptionist'), ('supervisor', 'Supervisor'), ('hotel_admin', 'Hotel administrator')], default='receptionist', max_length=20, verbose_name='role')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='hotels.hotel', verbose_name='hotel')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'staff member',
                'verbose_name_plural': 'staff',
                'constraints': [models.UniqueConstraint(fields=('user', 'hotel'), name='one_role_per_hotel')],
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('opens', models.TimeField(verbose_name='opens')),
                ('closes', models.TimeField(verbose_name='closes')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'ordering': ['weekday', 'opens'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='closes_after_opening')],
            },
        ),
    ]
