import assert from 'node:assert/strict';
import { messagesIn } from '../../../clients/hl7-files.ts';
import { DEFAULT_ACCESSION_PATHS } from '../../../core/hl7/accession.ts';
import { buildAcknowledgement, parseAcknowledgement } from '../../../core/hl7/acknowledgement.ts';
import { splitBatch } from '../../../core/hl7/batch.ts';
import { parseMessage, serialise } from '../../../core/hl7/message.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';
import { events } from '../../../schemas/events.ts';
import { type AcceptanceRules, decide } from '../../../services/hl7-gateway/accept-message.ts';
import { coded, roughly } from '../coded.ts';
import { realFiles } from '../real-files.ts';
import type { FuzzTarget, Mutation } from '../target.ts';

const RULES: AcceptanceRules = {
  site: DEFAULT_SITE,
  secret: Buffer.alloc(32, 1),
  accessionPaths: DEFAULT_ACCESSION_PATHS,
  timeZone: 'UTC',
  processingIds: ['P', 'T', 'D'],
};

/** Soon after the seeds were sent. */
const RECEIVED_AT = Date.UTC(2026, 2, 2);

/** Lines change places, come again, or go; so do fields of a line. */
const shuffled =
  (separator: string): Mutation =>
  (input, random) => {
    const parts = input.toString('latin1').split(separator);
    const from = random.integer(0, parts.length - 1);
    const [part = ''] = random.next() < 0.6 ? parts.splice(from, 1) : [parts[from]];
    if (random.next() < 0.7) parts.splice(random.integer(0, parts.length), 0, part);
    return Buffer.from(parts.join(separator), 'latin1');
  };

export const hl7Parser: FuzzTarget = {
  name: 'hl7-parser',
  tokens: [
    ...[
      'MSH|^~\\&|',
      '\rOBR|',
      '\rOBX|1|TX|',
      '\rOBX|1|ED|',
      '\rTXA|',
      '\rFHS|^~\\&|',
      '\rBHS|^~\\&|',
      '\rBTS|1',
    ],
    ...[
      '\\.br\\',
      '\\X0D0A\\',
      '\\T\\',
      '\\E\\',
      '\\Z',
      '~',
      '^',
      '&',
      '|',
      '\\',
      '\r',
      '\n',
      '\r\n',
      '\0',
      '""',
    ],
    ...[
      'UNICODE UTF-8',
      '8859/1',
      ...[
        'GB 18030-2000',
        'BIG-5',
        '~ISO IR87',
        'KS X 1001',
        '\x81\x7c',
        '\x1b$B',
        '\x1b(B',
        '\x1b$)C',
        '\x0e',
      ],
      ...['\\M2442\\', '\\C2842\\', 'CXR\n', 'PID\r'],
      '\xef\xbb\xbf',
      '\xff\xfe',
      '20260230',
      '&IMP',
      '+1400',
      'ORU^R01',
      'MDM^T02',
    ],
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [shuffled('\r'), shuffled('\r'), shuffled('|'), shuffled('^')],
  realSeeds: async () =>
    [...realFiles('hl7_misc', 120, 16_384), ...realFiles('hl7_radiology_scout', 40, 16_384)].flatMap(
      messagesIn,
    ),

  /** Parsing is lossless, whatever is refused has a code, every event fits its schema, and every answer can be read. */
  check(input) {
    const parsed = coded(() => parseMessage(input));
    if (parsed.value !== null) assert.deepEqual(serialise(parsed.value), input, 'not the same bytes');
    const batch = coded(() => splitBatch(input));
    if (batch.value !== null)
      for (const part of batch.value) assert.ok(input.includes(part), 'a message that was not sent');
    const { header, verdict } = decide(input, RULES, RECEIVED_AT);
    const answer = buildAcknowledgement(header, verdict.accept ? null : verdict.code, {
      controlId: 'F',
      at: 0,
    });
    if (answer !== null) {
      const { code, accepted } = parseAcknowledgement(answer);
      assert.notEqual(code, '', 'an answer that cannot be read');
      assert.equal(accepted, verdict.accept);
    }
    if (!verdict.accept) return `${verdict.code} ${parsed.code}`;
    for (const draft of verdict.events)
      events.reportReceived.encode({
        ...draft,
        raw: { sha256: draft.digest, size: input.length, mediaType: '' },
      });
    const [first] = verdict.events;
    return [
      roughly(verdict.events.length),
      first?.caseKey.kind,
      first?.status,
      first?.problem,
      roughly(first?.parts.length ?? 0),
      first?.parts[0]?.section,
      roughly(parsed.value?.segments.length ?? 0),
      parsed.value?.charset.label,
    ].join(' ');
  },
};
