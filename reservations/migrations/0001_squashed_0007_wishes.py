import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('reservations', '0001_initial'), ('reservations', '0002_asked_of_the_pms'), ('reservations', '0003_changes_and_several_rooms'), ('reservations', '0004_settling_and_deposits'), ('reservations', '0005_late_checkout'), ('reservations', '0006_deposit_by_rates'), ('reservations', '0007_wishes')]

    initial = True

    dependencies = [
        ('hotels', '0001_squashed_0004_closed_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='key')),
                ('guest_key', models.CharField(max_length=80, verbose_name='guest')),
                ('check_in', models.DateField(verbose_name='check-in')),
                ('check_out', models.DateField(verbose_name='check-out')),
                ('adults', models.PositiveSmallIntegerField(verbose_name='adults')),
                ('children', models.PositiveSmallIntegerField(default=0, verbose_name='children')),
                ('child_ages', models.JSONField(blank=True, default=list, verbose_name="children's ages")),
                ('lines', models.JSONField(default=list, verbose_name='rooms')),
                ('total', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('taxes', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='of it taxes')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'quote',
                'verbose_name_plural': 'quotes',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('check_out__gt', models.F('check_in'))), name='quote_stay_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=12, unique=True, verbose_name='reference')),
                ('key', models.UUIDField(editable=False, unique=True, verbose_name='key')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('holding', 'Holding'), ('placing', 'Being placed'), ('confirmed', 'Confirmed'), ('rejected', 'Not possible'), ('unknown', 'Being checked'), ('changing', 'Being changed'), ('cancelling', 'Being cancelled'), ('cancelled', 'Cancelled')], default='draft', max_length=12, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('check_in', models.DateField(verbose_name='check-in')),
                ('check_out', models.DateField(verbose_name='check-out')),
                ('adults', models.PositiveSmallIntegerField(verbose_name='adults')),
                ('children', models.PositiveSmallIntegerField(default=0, verbose_name='children')),
                ('child_ages', models.JSONField(blank=True, default=list, verbose_name="children's ages")),
                ('lines', models.JSONField(default=list, verbose_name='rooms')),
                ('total', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('guest_name', models.CharField(max_length=120, verbose_name='guest')),
                ('guest_email', models.CharField(blank=True, max_length=200, verbose_name='e-mail')),
                ('guest_phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('notes', models.CharField(blank=True, default='', max_length=500, verbose_name='wishes')),
                ('guest_key', models.CharField(max_length=80, verbose_name='guest key')),
                ('language', models.CharField(default='es', max_length=2, verbose_name='language')),
                ('channel', models.CharField(blank=True, max_length=12, verbose_name='channel')),
                ('conversation_ref', models.CharField(blank=True, max_length=40, verbose_name='conversation')),
                ('correlation_id', models.CharField(blank=True, max_length=48, verbose_name='correlation id')),
                ('pms_id', models.CharField(blank=True, max_length=60, verbose_name='number in the PMS')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='lease')),
                ('fence', models.PositiveIntegerField(default=0, verbose_name='fence')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='asked of the PMS')),
                ('clean_since', models.DateTimeField(blank=True, null=True, verbose_name='not there since')),
                ('is_repeated', models.BooleanField(default=False, verbose_name='asked a second time')),
                ('told', models.BooleanField(default=False, verbose_name='guest was told')),
                ('deposit', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='deposit')),
                ('deposit_due_at', models.DateTimeField(blank=True, null=True, verbose_name='deposit due')),
                ('deposit_expires', models.BooleanField(default=False, verbose_name='cancelled when not paid in time')),
                ('deposit_paid_at', models.DateTimeField(blank=True, null=True, verbose_name='deposit paid')),
                ('late_until', models.DateTimeField(blank=True, null=True, verbose_name='late check-out until')),
                ('late_fee', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='fee for the late check-out')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='hotels.hotel', verbose_name='hotel')),
                ('last_change', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changed_bookings', to='reservations.quote', verbose_name='last change')),
                ('quote', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='reservations.quote', verbose_name='quote')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['holding', 'placing', 'unknown', 'changing', 'cancelling'])), fields=['due_at'], name='booking_open'), models.Index(fields=['hotel', 'check_in'], name='booking_by_arrival'), models.Index(condition=models.Q(('deposit__gt', 0), ('deposit_paid_at__isnull', True), ('state', 'confirmed')), fields=['deposit_due_at'], name='booking_unpaid'), models.Index(fields=['hotel', 'guest_key'], name='booking_by_guest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('check_out__gt', models.F('check_in'))), name='booking_stay_not_empty'), models.CheckConstraint(condition=models.Q(('adults__gte', 1)), name='booking_has_an_adult')],
            },
        ),
        migrations.CreateModel(
            name='BookingStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('from_state', models.CharField(blank=True, max_length=12, verbose_name='from')),
                ('to_state', models.CharField(max_length=12, verbose_name='to')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('actor', models.CharField(blank=True, max_length=80, verbose_name='by')),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='reservations.booking', verbose_name='booking')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest_key', models.CharField(max_length=80, verbose_name='guest')),
                ('room_type', models.CharField(max_length=20, verbose_name='room type')),
                ('count', models.PositiveSmallIntegerField(default=1, verbose_name='rooms')),
                ('check_in', models.DateField(verbose_name='check-in')),
                ('check_out', models.DateField(verbose_name='check-out')),
                ('state', models.CharField(choices=[('held', 'Held'), ('used', 'Booked'), ('released', 'Released'), ('expired', 'Expired')], default='held', max_length=10, verbose_name='state')),
                ('expires_at', models.DateTimeField(verbose_name='until')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='hotels.hotel', verbose_name='hotel')),
                ('quote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='reservations.quote', verbose_name='quote')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['hotel', 'room_type', 'check_in'], name='hold_open'), models.Index(condition=models.Q(('state', 'held')), fields=['expires_at'], name='hold_expiring')],
                'constraints': [models.CheckConstraint(condition=models.Q(('check_out__gt', models.F('check_in'))), name='hold_stay_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='DepositTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('percent', models.PositiveSmallIntegerField(default=0, help_text='0: by nights', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='percent of the total')),
                ('nights', models.PositiveSmallIntegerField(default=1, help_text='From the first night on, by their rates', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='or so many nights')),
                ('within_hours', models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='to be paid within (hours)')),
                ('expires', models.BooleanField(default=False, verbose_name='cancel what is not paid in time')),
                ('texts', models.JSONField(blank=True, default=dict, help_text='By language: es, en, pt', verbose_name='how to pay')),
                ('hotel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='deposit_terms', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'deposit terms',
                'verbose_name_plural': 'deposit terms',
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='deposit_percent_sane')],
            },
        ),
    ]
