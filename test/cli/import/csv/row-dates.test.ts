import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateReader } from '../../../../cli/import/csv/row-dates.ts';

const read = (format: string | null, value: string) => dateReader(format)?.(value);

test('without a format ISO 8601 and HL7 are read, as far as they say', () => {
  assert.equal(read(null, '2015-03-04'), '20150304');
  assert.equal(read(null, '2015-03-04 10:15'), '20150304101500');
  assert.equal(read(null, '2015-03-04T10:15:30.123+01:00'), '20150304101530+0100');
  assert.equal(read(null, '2015-03-04T10:15:30Z'), '20150304101530+0000');
  assert.equal(read(null, '20150304101530'), '20150304101530');
  for (const none of ['', '04.03.2015', '2015-13-01', '2015-02-30', '2015-03-04 25:00', 'yesterday'])
    assert.equal(read(null, none), null, none);
});

test('a format says the order of day and month, and the time of day may be missing', () => {
  assert.equal(read('DD.MM.YYYY HH:mm', '04.03.2015 10:15'), '20150304101500');
  assert.equal(read('DD.MM.YYYY HH:mm', '4.3.2015'), '20150304');
  assert.equal(read('M/D/YYYY h:mm A', '3/4/2015 2:05 PM'), '20150304140500');
  assert.equal(read('M/D/YYYY h:mm A', '3/4/2015 12:05 a.m.'), '20150304000500');
  assert.equal(read('YYYY-MM-DDTHH:mm:ss', '2015-03-04T10:15:30'), '20150304101530');
  assert.equal(read('DD.MM.YYYY HH:mm', '2015-03-04'), null);
  assert.equal(read('DD.MM.YYYY', '31.02.2015'), null);
});

test('a format without a whole date is none', () => {
  assert.equal(dateReader('HH:mm'), null);
  assert.equal(dateReader('DD.MM.'), null);
});
