import { setTimeout as sleep } from 'node:timers/promises';
import { parseAcknowledgement } from '../../core/hl7/acknowledgement.ts';
import { FS, VT } from '../../core/hl7/frame.ts';
import { drip, type Opened, open, pour } from './drip.ts';
import type { Scenario } from './scenario.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.alloc(256 * 1024, 'No acute finding. ');
const START = Buffer.concat([
  Buffer.from([VT]),
  Buffer.from('MSH|^~\\&|RIS|BENCH|||20260301||ORU^R01|1|P|2.5.1\r'),
]);

export const HOSTILE_HL7: Scenario[] = [
  {
    figure: 'hl7_frame_1gb_peak_mib',
    gateway: 'hl7-gateway',
    env: {},
    async run(port) {
      const peer = await open(port);
      peer.socket.write(START);
      const written = await pour(peer, TEXT, 1024 * MIB);
      await Promise.race([peer.closed, sleep(5_000)]);
      const answer = peer.answer();
      const { code } = parseAcknowledgement(answer.subarray(1, answer.indexOf(FS)));
      peer.socket.destroy();
      return `a frame of 1 GB without an end: answered ${code || 'with nothing'} and closed; ${Math.round(written / MIB)} MiB left the sender before it noticed`;
    },
  },
  {
    figure: 'hl7_idle_500_peak_mib',
    gateway: 'hl7-gateway',
    env: { HL7_MAX_CONNECTIONS_PER_PEER: '500', HL7_MAX_CONNECTIONS: '500' },
    run: (port) => idle(port, 500),
  },
  {
    figure: 'hl7_unfinished_500_peak_mib',
    gateway: 'hl7-gateway',
    env: { HL7_MAX_CONNECTIONS_PER_PEER: '500', HL7_MAX_CONNECTIONS: '500' },
    async run(port) {
      const peers = await openAll(port, 500);
      const unfinished = Buffer.concat([START, TEXT, TEXT, TEXT]);
      for (const peer of peers) if (!peer.socket.destroyed) peer.socket.write(unfinished);
      await sleep(8_000);
      const left = peers.filter(isOpen).length;
      closeAll(peers);
      return `500 connections with an unfinished frame of 0.8 MB each (375 MB in all): ${500 - left} were closed to keep the whole below its limit`;
    },
  },
  {
    figure: 'hl7_drip_peak_mib',
    gateway: 'hl7-gateway',
    env: { HL7_FRAME_TIMEOUT_MS: '5000' },
    async run(port) {
      const peers = await openAll(port, 100);
      await Promise.all(peers.map((peer) => drip(peer, START, 20, 12)));
      const left = peers.filter(isOpen).length;
      closeAll(peers);
      return `100 senders of one byte every 20 ms, frame timeout 5 s: ${100 - left} of 100 were closed within 12 s`;
    },
  },
];

/** Opens so many connections and waits a while. */
export async function idle(port: number, count: number): Promise<string> {
  const peers = await openAll(port, count);
  await sleep(5_000);
  const left = peers.filter(isOpen).length;
  closeAll(peers);
  return `${count} connections that say nothing: ${left} were left open`;
}

export async function openAll(port: number, count: number): Promise<Opened[]> {
  const peers: Opened[] = [];
  for (let n = 0; n < count; n++) peers.push(await open(port));
  for (const peer of peers) peer.closed.then(() => peer.socket.destroy());
  return peers;
}

export const isOpen = ({ socket }: Opened) => !socket.destroyed;

export function closeAll(peers: readonly Opened[]): void {
  for (const { socket } of peers) socket.destroy();
}
