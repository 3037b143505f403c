/** An object of any size passes through in flat memory: Mirth dropped a mammogram of 433 MB without an error. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { COMMAND, decodeCommand } from '../../../core/dicom/dimse-command.ts';
import { MAX_PDU_LENGTH } from '../../../core/dicom/limits.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { encodeDataHeader, encodeMessage } from '../../../core/dicom/pdu.ts';
import { CT_CONTEXT, command, RawPeer } from './raw-peer.ts';
import { testGateway } from './test-gateway.ts';
import { CT, image } from './test-objects.ts';

/** Of pixels. `INTERLEAVE_TEST_LARGE_MIB=2048` for a large one. */
const MIB = Number(process.env['INTERLEAVE_TEST_LARGE_MIB'] ?? 300);
/** Buffers, chunks on their way, garbage that was not collected yet; the sender is in this process too. */
const MAX_GROWTH_MIB = 150;

it(`B5.4 an object of ${MIB} MiB is stored in flat memory`, { timeout: 600_000 }, async (t) => {
  const gateway = await testGateway(t, { env: { DICOM_MAX_DATA_SET_MIB: '4000' }, sync: false });
  const object = image({ pixels: Buffer.alloc(0) });
  const pixels = Buffer.alloc(MAX_PDU_LENGTH - 6 - 2);
  const count = Math.ceil((MIB * 1024 * 1024) / pixels.length);
  const start = Buffer.from(object.dataSet);
  start.writeUInt32LE(count * pixels.length, start.length - 4); // the length of Pixel Data, which is empty there
  const peer = await RawPeer.associate(gateway.port);
  const write = async (...parts: Buffer[]) => {
    for (const part of parts)
      if (!peer.socket.write(part)) await new Promise((resolve) => peer.socket.once('drain', resolve));
  };
  const store = command(COMMAND.C_STORE_RQ, CT, object.sopInstanceUid, true);
  for (const pdu of encodeMessage(CT_CONTEXT, 'command', store, 0, MAX_PDU_LENGTH)) await write(...pdu);
  const hash = createHash('sha256').update(part10Header(object)).update(start);
  await write(encodeDataHeader(CT_CONTEXT, 'data-set', false, start.length), start);
  const before = process.memoryUsage().rss;
  let most = before;
  for (let n = 1; n <= count; n += 1) {
    pixels.writeUInt32LE(n, 0);
    hash.update(pixels);
    await write(encodeDataHeader(CT_CONTEXT, 'data-set', n === count, pixels.length), Buffer.from(pixels));
    if (n % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const answer = await peer.read();
  assert.equal(answer?.type === 'fragment' ? decodeCommand(answer.fragment.bytes).status : null, 0);
  peer.close();
  const [event] = gateway.published;
  assert.equal(event?.object.sha256, hash.digest('hex'));
  const growth = Math.round((most - before) / 1024 / 1024);
  t.diagnostic(`resident memory ${Math.round(most / 1024 / 1024)} MiB, ${growth} MiB more than before`);
  assert.ok(growth < MAX_GROWTH_MIB, `${growth} MiB`);
});
