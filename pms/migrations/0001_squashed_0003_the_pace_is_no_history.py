import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import hotelagent.ops.crypto
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('pms', '0001_initial'), ('pms', '0002_the_line_to_a_pms'), ('pms', '0003_the_pace_is_no_history')]

    initial = True

    dependencies = [
        ('hotels', '0001_squashed_0004_closed_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('hotel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pms_breaker', serialize=False, to='hotels.hotel', verbose_name='hotel')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                ('open_until', models.DateTimeField(blank=True, null=True, verbose_name='left alone until')),
                ('probe_until', models.DateTimeField(blank=True, null=True, verbose_name='being tried until')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='last failure')),
            ],
            options={
                'verbose_name': 'breaker',
                'verbose_name_plural': 'breakers',
            },
        ),
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('hotel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pms_pace', serialize=False, to='hotels.hotel', verbose_name='hotel')),
                ('spent_until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'pace',
                'verbose_name_plural': 'paces',
            },
        ),
        migrations.CreateModel(
            name='Writer',
            fields=[
                ('hotel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pms_writer', serialize=False, to='hotels.hotel', verbose_name='hotel')),
                ('holder', models.CharField(blank=True, max_length=80, verbose_name='for the booking')),
                ('fence', models.PositiveIntegerField(default=0, verbose_name='fence')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('writes', models.PositiveIntegerField(default=0, verbose_name='writes so far')),
            ],
            options={
                'verbose_name': 'writer',
                'verbose_name_plural': 'writers',
            },
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('embedded', 'Embedded'), ('qloapps', 'QloApps')], default='embedded', max_length=20, verbose_name='type')),
                ('base_url', models.URLField(blank=True, help_text='As guests open the shop, e.g. https://hotel.example', verbose_name='address')),
                ('base_url_trusted', models.BooleanField(default=False, editable=False, verbose_name='address given by the operator')),
                ('api_key', hotelagent.ops.crypto.SecretField(blank=True, default='', verbose_name='key')),
                ('property_id', models.CharField(blank=True, max_length=20, verbose_name="hotel's number there")),
                ('email_mode', models.CharField(choices=[('relay', "The hotel's own address, tagged for each guest"), ('guest', "The guest's address")], default='relay', help_text="The PMS writes to this address by itself. With the hotel's own one the guest hears only the receptionist.", max_length=10, verbose_name='e-mail told to the PMS')),
                ('relay_address', models.EmailField(blank=True, help_text="Empty: the hotel's e-mail", max_length=254, verbose_name='own address for that')),
                ('failures_allowed', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='failures until it is left alone')),
                ('pause_s', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3600)], verbose_name='left alone for (seconds)')),
                ('hotel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pms_connection', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'PMS connection',
                'verbose_name_plural': 'PMS connections',
            },
        ),
        migrations.CreateModel(
            name='PropertyReservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=80, verbose_name='reference')),
                ('state', models.CharField(choices=[('confirmed', 'Confirmed'), ('cancelled', 'Cancelled')], default='confirmed', max_length=12, verbose_name='state')),
                ('check_in', models.DateField(verbose_name='check-in')),
                ('check_out', models.DateField(verbose_name='check-out')),
                ('adults', models.PositiveSmallIntegerField(verbose_name='adults')),
                ('children', models.PositiveSmallIntegerField(default=0, verbose_name='children')),
                ('child_ages', models.JSONField(blank=True, default=list, verbose_name="children's ages")),
                ('guest_name', models.CharField(max_length=120, verbose_name='guest')),
                ('guest_email', models.CharField(blank=True, max_length=200, verbose_name='e-mail')),
                ('guest_phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('lines', models.JSONField(default=list, verbose_name='rooms')),
                ('total', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('arrived_at', models.DateTimeField(blank=True, null=True, verbose_name='checked in')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='checked out')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='property_reservations', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'booking in the PMS',
                'verbose_name_plural': 'bookings in the PMS',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['hotel', 'check_in'], name='pms_propert_hotel_i_abac8f_idx'), models.Index(fields=['hotel', 'changed_at'], name='pms_propert_hotel_i_3260da_idx')],
                'constraints': [models.UniqueConstraint(fields=('hotel', 'reference'), name='property_reference_per_hotel'), models.CheckConstraint(condition=models.Q(('check_out__gt', models.F('check_in'))), name='property_stay_not_empty'), models.CheckConstraint(condition=models.Q(('adults__gte', 1)), name='property_has_an_adult')],
            },
        ),
        migrations.CreateModel(
            name='RoomType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('names', models.JSONField(default=dict, help_text='By language: es, en, pt', verbose_name='names')),
                ('synonyms', models.JSONField(blank=True, default=dict, verbose_name='synonyms')),
                ('descriptions', models.JSONField(blank=True, default=dict, verbose_name='descriptions')),
                ('max_adults', models.PositiveSmallIntegerField(default=2, verbose_name='adults at most')),
                ('max_children', models.PositiveSmallIntegerField(default=0, verbose_name='children at most')),
                ('max_guests', models.PositiveSmallIntegerField(default=2, verbose_name='guests at most')),
                ('active', models.BooleanField(default=True, verbose_name='sold')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='room_types', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'room type',
                'verbose_name_plural': 'room types',
                'ordering': ['position', 'code'],
                'constraints': [models.UniqueConstraint(fields=('hotel', 'code'), name='room_type_code_per_hotel')],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='number')),
                ('active', models.BooleanField(default=True, verbose_name='in service')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rooms', to='hotels.hotel', verbose_name='hotel')),
                ('room_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='pms.roomtype', verbose_name='room type')),
            ],
            options={
                'verbose_name': 'room',
                'verbose_name_plural': 'rooms',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('hotel', 'number'), name='room_number_per_hotel')],
            },
        ),
        migrations.CreateModel(
            name='OutOfOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_night', models.DateField(verbose_name='from (night)')),
                ('end', models.DateField(verbose_name='to (exclusive)')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='out_of_order', to='pms.room', verbose_name='room')),
            ],
            options={
                'verbose_name': 'room out of order',
                'verbose_name_plural': 'rooms out of order',
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('first_night'))), name='out_of_order_range_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='RoomNight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('night', models.DateField(verbose_name='night')),
                ('out_of_order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='nights', to='pms.outoforder', verbose_name='out of order')),
                ('reservation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='nights', to='pms.propertyreservation', verbose_name='booking')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nights', to='pms.room', verbose_name='room')),
            ],
            options={
                'verbose_name': 'room night',
                'verbose_name_plural': 'room nights',
                'indexes': [models.Index(fields=['night'], name='pms_roomnig_night_16aa73_idx')],
                'constraints': [models.UniqueConstraint(fields=('room', 'night'), name='one_taker_per_room_and_night'), models.CheckConstraint(condition=models.Q(models.Q(('out_of_order__isnull', True), ('reservation__isnull', False)), models.Q(('out_of_order__isnull', False), ('reservation__isnull', True)), _connector='OR'), name='room_night_has_one_reason')],
            },
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_night', models.DateField(verbose_name='from (night)')),
                ('end', models.DateField(verbose_name='to (exclusive)')),
                ('min_stay', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='nights at least')),
                ('max_stay', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='nights at most')),
                ('closed_to_arrival', models.BooleanField(default=False, verbose_name='no arrivals')),
                ('closed_to_departure', models.BooleanField(default=False, verbose_name='no departures')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='hotels.hotel', verbose_name='hotel')),
                ('room_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='pms.roomtype', verbose_name='room type')),
            ],
            options={
                'verbose_name': 'restriction',
                'verbose_name_plural': 'restrictions',
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('first_night'))), name='restriction_range_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_night', models.DateField(verbose_name='from (night)')),
                ('end', models.DateField(verbose_name='to (exclusive)')),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')]), blank=True, help_text='Empty: every day', null=True, size=None, verbose_name='weekdays')),
                ('price', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='price per night')),
                ('extra_adult', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='extra adult')),
                ('child', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='child')),
                ('room_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='pms.roomtype', verbose_name='room type')),
            ],
            options={
                'verbose_name': 'rate',
                'verbose_name_plural': 'rates',
                'ordering': ['room_type', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('first_night'))), name='rate_range_not_empty'), models.CheckConstraint(condition=models.Q(('child__gte', 0), ('extra_adult__gte', 0), ('price__gte', 0)), name='rate_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='SyncRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('rooms', 'Room types and prices'), ('changes', 'Bookings changed elsewhere'), ('doubles', 'Rooms sold twice'), ('reconciliation', 'All coming bookings')], max_length=16, verbose_name='what')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('seen', models.PositiveIntegerField(default=0, verbose_name='rows seen')),
                ('found', models.PositiveIntegerField(default=0, verbose_name='differences')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='error')),
                ('asked_by', models.CharField(blank=True, max_length=80, verbose_name='asked by')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pms_sync_runs', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'sync run',
                'verbose_name_plural': 'sync runs',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['hotel', 'kind', '-id'], name='sync_run_by_hotel')],
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('double', 'One room, two bookings'), ('cancelled', 'Cancelled in the PMS'), ('missing', 'Not in the PMS'), ('revived', 'Still alive in the PMS'), ('dates', 'Other dates in the PMS'), ('rooms', 'Other rooms in the PMS'), ('price', 'Another price in the PMS'), ('twice', 'Twice in the PMS'), ('unknown', 'A booking of ours that we do not know')], max_length=12, verbose_name='what')),
                ('mark', models.CharField(max_length=200)),
                ('references', models.JSONField(default=list, verbose_name='bookings')),
                ('ours', models.CharField(blank=True, max_length=200, verbose_name='with us')),
                ('theirs', models.CharField(blank=True, max_length=200, verbose_name='in the PMS')),
                ('first_seen_at', models.DateTimeField(verbose_name='first seen')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('closed_by', models.CharField(blank=True, max_length=80, verbose_name='closed by')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pms_differences', to='hotels.hotel', verbose_name='hotel')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='pms.syncrun', verbose_name='sync run')),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('hotel', 'kind', 'mark'), name='one_open_row_per_difference')],
            },
        ),
        migrations.CreateModel(
            name='Tax',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('percent', models.DecimalField(decimal_places=3, max_digits=6, verbose_name='percent')),
                ('included', models.BooleanField(default=True, verbose_name='included in the rate')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taxes', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'tax',
                'verbose_name_plural': 'taxes',
                'constraints': [models.UniqueConstraint(fields=('hotel', 'name'), name='tax_name_per_hotel'), models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='tax_percent_sane')],
            },
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('method', models.CharField(max_length=8, verbose_name='method')),
                ('resource', models.CharField(max_length=80, verbose_name='resource')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='booking')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='status')),
                ('result', models.CharField(max_length=20, verbose_name='result')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('took_ms', models.PositiveIntegerField(verbose_name='milliseconds')),
                ('request_digest', models.CharField(blank=True, max_length=16, verbose_name='digest of the request')),
                ('answer_digest', models.CharField(blank=True, max_length=16, verbose_name='digest of the answer')),
                ('answer_bytes', models.PositiveIntegerField(default=0, verbose_name='bytes answered')),
                ('correlation_id', models.CharField(blank=True, max_length=48, verbose_name='correlation id')),
                ('hotel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pms_exchanges', to='hotels.hotel', verbose_name='hotel')),
            ],
            options={
                'verbose_name': 'request to the PMS',
                'verbose_name_plural': 'requests to the PMS',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['hotel', '-id'], name='exchange_by_hotel'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference'], name='exchange_by_reference'), models.Index(fields=['at'], name='exchange_by_age')],
            },
        ),
        migrations.RunSQL(
            sql='ALTER TABLE pms_pace SET UNLOGGED',
            reverse_sql='ALTER TABLE pms_pace SET LOGGED',
        ),
    ]
