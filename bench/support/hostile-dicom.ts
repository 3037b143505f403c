import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAssociateRequest } from '../../core/dicom/associate-pdu.ts';
import { COMMAND, decodeCommand, encodeCommand } from '../../core/dicom/dimse-command.ts';
import { MAX_PDU_LENGTH } from '../../core/dicom/limits.ts';
import { encodeDataHeader, encodeMessage, encodeReleaseRequest } from '../../core/dicom/pdu.ts';
import { PduReader } from '../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT, TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { text, unsigned, writeDataSet } from '../../simulator/dicom/data-set-writer.ts';
import { drip, open, pour } from './drip.ts';
import { closeAll, idle, isOpen, openAll } from './hostile-hl7.ts';
import type { Scenario } from './scenario.ts';

const MIB = 1024 * 1024;
const MULTI_FRAME = '1.2.840.10008.5.1.4.1.1.7.3'; // Multi-frame Grayscale Word Secondary Capture
const CONTEXT = 1;
const SIZE = 1024;
const FRAMES = 1024;
/** 2 GiB of pixels */
const PIXELS = SIZE * SIZE * 2 * FRAMES;

const ASSOCIATE = encodeAssociateRequest({
  protocolVersion: 1,
  calledAeTitle: 'INTERLEAVE',
  callingAeTitle: 'BENCH',
  applicationContext: DICOM_APPLICATION_CONTEXT,
  contexts: [
    { id: CONTEXT, abstractSyntax: MULTI_FRAME, transferSyntaxes: [TRANSFER_SYNTAX.EXPLICIT_LITTLE] },
  ],
  user: {
    maxLength: MAX_PDU_LENGTH,
    implementationClassUid: '1.2.3',
    implementationVersionName: 'BENCH',
    asyncOperations: null,
    roles: [],
  },
});

export const HOSTILE_DICOM: Scenario[] = [
  {
    figure: 'dicom_pdu_4gib_peak_mib',
    gateway: 'dicom-gateway',
    env: {},
    async run(port) {
      const peer = await open(port);
      peer.socket.write(ASSOCIATE);
      await sleep(500);
      const claim = Buffer.from([0x04, 0, 0xff, 0xff, 0xff, 0xff]);
      peer.socket.write(claim);
      const written = await pour(peer, Buffer.alloc(256 * 1024, 1), 1024 * MIB);
      await Promise.race([peer.closed, sleep(5_000)]);
      const aborted = peer.answer().includes(Buffer.from([0x07, 0, 0, 0, 0, 4]));
      peer.socket.destroy();
      return `a P-DATA-TF that claims 4 GiB: ${aborted ? 'A-ABORT' : 'no A-ABORT'}; ${Math.round(written / MIB)} MiB left the sender before it noticed`;
    },
  },
  {
    figure: 'dicom_idle_500_peak_mib',
    gateway: 'dicom-gateway',
    env: {},
    run: (port) => idle(port, 500),
  },
  {
    figure: 'dicom_drip_peak_mib',
    gateway: 'dicom-gateway',
    env: { DICOM_ARTIM_MS: '5000' },
    async run(port) {
      const peers = await openAll(port, 20);
      await Promise.all(peers.map((peer) => drip(peer, ASSOCIATE, 50, 12)));
      const left = peers.filter(isOpen).length;
      closeAll(peers);
      return `20 requestors of one byte every 50 ms, ARTIM 5 s: ${20 - left} of 20 were closed within 12 s`;
    },
  },
  {
    figure: 'dicom_object_2gb_peak_mib',
    gateway: 'dicom-gateway',
    env: { DICOM_MAX_DATA_SET_MIB: '3072' },
    async run(port) {
      const started = performance.now();
      const status = await sendLargeObject(port);
      const seconds = (performance.now() - started) / 1000;
      return `a multi-frame object of 2 GiB: status ${status.toString(16).toUpperCase().padStart(4, '0')} after ${seconds.toFixed(0)} s (${Math.round(PIXELS / MIB / seconds)} MiB/s)`;
    },
  },
];

/** One C-STORE whose pixels are written as they go: the sender needs no memory for them either. */
async function sendLargeObject(port: number): Promise<number> {
  const peer = await open(port);
  const answers: Buffer[] = [];
  const answered = new Promise<number>((resolve, reject) => {
    const reader = new PduReader();
    peer.socket.on('data', (chunk: Buffer) => {
      for (const pdu of reader.push(chunk)) {
        if (pdu.type === 'abort') reject(new Error('aborted'));
        if (pdu.type !== 'fragment') continue;
        answers.push(Buffer.from(pdu.fragment.bytes));
        if (pdu.fragment.last) resolve(decodeCommand(Buffer.concat(answers)).status);
      }
    });
    void peer.closed.then(() => reject(new Error('closed without an answer')));
  });
  answered.catch(() => undefined);
  peer.socket.write(ASSOCIATE);
  await sleep(500);
  const sopInstanceUid = `2.25.${Date.now()}`;
  const command = encodeCommand({
    field: COMMAND.C_STORE_RQ,
    messageId: 1,
    sopClassUid: MULTI_FRAME,
    sopInstanceUid,
    hasDataSet: true,
    status: 0,
    comment: '',
  });
  for (const parts of encodeMessage(CONTEXT, 'command', command, MAX_PDU_LENGTH, MAX_PDU_LENGTH))
    for (const part of parts) peer.socket.write(part);
  const piece = Buffer.alloc(MAX_PDU_LENGTH - 6, 5);
  const header = headerOf(sopInstanceUid);
  await pour(peer, pdu(header, false), 1);
  for (let left = PIXELS; left > 0; left -= piece.length) {
    const value = left < piece.length ? piece.subarray(0, left) : piece;
    await pour(peer, pdu(value, left <= piece.length), 1);
  }
  const status = await answered;
  peer.socket.end(encodeReleaseRequest());
  await Promise.race([peer.closed, sleep(5_000)]);
  peer.socket.destroy();
  return status;
}

function pdu(value: Buffer, last: boolean): Buffer {
  return Buffer.concat([encodeDataHeader(CONTEXT, 'data-set', last, value.length), value]);
}

/** The data set as far as the length of Pixel Data. */
function headerOf(sopInstanceUid: string): Buffer {
  const header = writeDataSet(
    [
      text(0x00080016, 'UI', MULTI_FRAME),
      text(0x00080018, 'UI', sopInstanceUid),
      text(0x00080050, 'SH', 'BENCH2GB'),
      text(0x00080060, 'CS', 'OT'),
      text(0x0020000d, 'UI', `${sopInstanceUid}.1`),
      text(0x0020000e, 'UI', `${sopInstanceUid}.2`),
      unsigned(0x00280002, 1),
      text(0x00280004, 'CS', 'MONOCHROME2'),
      text(0x00280008, 'IS', String(FRAMES)),
      unsigned(0x00280010, SIZE),
      unsigned(0x00280011, SIZE),
      unsigned(0x00280100, 16),
      unsigned(0x00280101, 16),
      unsigned(0x00280102, 15),
      unsigned(0x00280103, 0),
    ],
    'ISO_IR 100',
  );
  const pixelData = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x57, 0, 0, 0, 0, 0, 0]);
  pixelData.writeUInt32LE(PIXELS, 8);
  return Buffer.concat([header, pixelData]);
}
