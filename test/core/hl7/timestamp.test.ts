import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTimestamp, isTimeZone, parseTimestamp, zoneOf } from '../../../core/hl7/timestamp.ts';

const at = (value: string, zone = 'UTC'): string | null => {
  const ms = parseTimestamp(value, zone);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('HL7 time stamps', () => {
  it('every precision', () => {
    assert.equal(at('2026'), '2026-01-01T00:00:00.000Z');
    assert.equal(at('202602'), '2026-02-01T00:00:00.000Z');
    assert.equal(at('20260228'), '2026-02-28T00:00:00.000Z');
    assert.equal(at('2026022813'), '2026-02-28T13:00:00.000Z');
    assert.equal(at('202602281314'), '2026-02-28T13:14:00.000Z');
    assert.equal(at('20260228131415'), '2026-02-28T13:14:15.000Z');
    assert.equal(at('20260228131415.1234'), '2026-02-28T13:14:15.123Z');
  });

  it('its own zone counts more than the one given', () => {
    assert.equal(at('20260228131415+0100', '-0500'), '2026-02-28T12:14:15.000Z');
    assert.equal(at('20260228131415', '-0500'), '2026-02-28T18:14:15.000Z');
    assert.equal(zoneOf('20260228131415.5-0330'), '-0330');
    assert.equal(zoneOf('20260228'), '');
  });

  it('local time with summer time', () => {
    assert.equal(at('20260115120000', 'Europe/Berlin'), '2026-01-15T11:00:00.000Z');
    assert.equal(at('20260715120000', 'Europe/Berlin'), '2026-07-15T10:00:00.000Z');
    assert.equal(at('20260329015959', 'Europe/Berlin'), '2026-03-29T00:59:59.000Z');
    assert.equal(at('20260329030000', 'Europe/Berlin'), '2026-03-29T01:00:00.000Z');
    // 02:30 came twice that night: the first is meant.
    assert.equal(at('20261025023000', 'Europe/Berlin'), '2026-10-25T00:30:00.000Z');
    assert.equal(at('20261025030000', 'Europe/Berlin'), '2026-10-25T02:00:00.000Z');
    assert.equal(at('20261101013000', 'America/New_York'), '2026-11-01T05:30:00.000Z');
  });

  it('what is no time is null', () => {
    for (const value of ['', '""', 'yesterday', '20261301', '20260230', '2026022825', '202602281360', '202'])
      assert.equal(at(value), null, value);
  });

  it('is written in UTC', () =>
    assert.equal(formatTimestamp(Date.UTC(2026, 1, 3, 4, 5, 6)), '20260203040506+0000'));

  it('knows zones', () => {
    assert.ok(isTimeZone('Europe/Berlin') && isTimeZone('UTC') && isTimeZone('+0530'));
    assert.ok(!isTimeZone('Europe/Atlantis'));
  });
});
