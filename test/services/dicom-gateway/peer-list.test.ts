import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeerList } from '../../../services/dicom-gateway/peer-list.ts';

describe('PeerList', () => {
  it('allows anyone where it is empty', () => {
    assert.ok(new PeerList([]).allows('203.0.113.9'));
    assert.ok(new PeerList([]).allows(undefined));
  });

  it('allows addresses and networks, also where IPv4 comes over IPv6', () => {
    const list = new PeerList(['10.1.2.3', '10.2.0.0/16', 'fd00::/8']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '10.2.200.1', 'fd12::1'])
      assert.ok(list.allows(address), address);
    for (const address of ['10.1.2.4', '10.3.0.1', '::ffff:10.1.2.4', 'fe80::1', '', undefined, 'pacs'])
      assert.ok(!list.allows(address), address);
  });

  it('says which entry is no address', () => {
    for (const entry of ['pacs', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/-1'])
      assert.throws(() => new PeerList(['10.1.2.3', entry]), {
        code: 'CONFIG_INVALID',
        message: new RegExp(entry.replaceAll('.', '\\.')),
      });
  });
});
