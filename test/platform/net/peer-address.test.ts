import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Admission } from '../../../platform/concurrency/admission.ts';
import { addressOf, peerOf } from '../../../platform/net/peer-address.ts';

it('one peer is an IPv4 address, however it is written, or a /64 of IPv6', () => {
  assert.equal(peerOf('10.1.2.3'), '10.1.2.3');
  assert.equal(peerOf('::ffff:10.1.2.3'), '10.1.2.3');
  const same = ['2001:db8:0:1::1', '2001:0db8:0:1:ffff::', '2001:db8:0:1:1:2:3:4', '2001:DB8::1:0:0:0:9'];
  assert.deepEqual([...new Set(same.map(peerOf))], ['2001:db8:0:1::/64']);
  assert.equal(peerOf('2001:db8:0:2::1'), '2001:db8:0:2::/64');
  assert.equal(peerOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(peerOf('::1'), '0:0:0:0::/64');
  assert.equal(peerOf('::'), '0:0:0:0::/64');
  assert.equal(peerOf('64:ff9b::10.1.2.3'), '64:ff9b:0:0::/64');
  assert.equal(peerOf(undefined), '');
});

it('a log names an address as it is, without a zone, and IPv4 as IPv4', () => {
  const named = ['10.1.2.3', '::ffff:10.1.2.3', 'fe80::1%eth0', '2001:db8::1', undefined].map(addressOf);
  assert.deepEqual(named, ['10.1.2.3', '10.1.2.3', 'fe80::1', '2001:db8::1', '']);
});

it('who has a whole network of IPv6 has the places of one peer', () => {
  const admission = new Admission(10, 2);
  const entered = ['2001:db8::1', '2001:db8::2', '2001:db8::3'].map((address) => admission.enter(address));
  assert.deepEqual(
    entered.map((leave) => leave !== null),
    [true, true, false],
  );
  entered[0]?.();
  assert.ok(admission.enter('2001:db8::4'));
});
