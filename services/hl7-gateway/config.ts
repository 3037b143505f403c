import { z } from 'zod';
import { DEFAULT_ACCESSION_PATHS } from '../../core/hl7/accession.ts';
import { DEFAULT_MAX_FRAME_BYTES } from '../../core/hl7/limits.ts';
import { readPath } from '../../core/hl7/path.ts';
import { isTimeZone } from '../../core/hl7/timestamp.ts';
import { tlsSettings } from '../../platform/net/tls.ts';
import { commonConfig, flag, list, port, positiveInt, text } from '../../platform/process/config.ts';
import {
  DEFAULT_ANSWER_TIMEOUT_MS,
  DEFAULT_FIRST_BYTE_TIMEOUT_MS,
  DEFAULT_FRAME_TIMEOUT_MS,
  DEFAULT_IDLE_TIMEOUT_MS,
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_CONNECTIONS_PER_PEER,
  DEFAULT_REMEMBER_MS,
} from './limits.ts';

const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export const config = {
  ...commonConfig,
  ...tlsSettings,
  healthPort: port(8481),
  hl7Port: port(2575),
  hl7MaxFrameBytes: z.coerce.number().int().min(1024).max(MAX_FRAME_BYTES).default(DEFAULT_MAX_FRAME_BYTES),
  /** speak TLS, with the certificate of `tlsSettings` */
  hl7Tls: flag(false),
  hl7MaxConnections: positiveInt(DEFAULT_MAX_CONNECTIONS),
  hl7MaxConnectionsPerPeer: positiveInt(DEFAULT_MAX_CONNECTIONS_PER_PEER),
  hl7FirstByteTimeoutMs: positiveInt(DEFAULT_FIRST_BYTE_TIMEOUT_MS),
  hl7FrameTimeoutMs: positiveInt(DEFAULT_FRAME_TIMEOUT_MS),
  hl7IdleTimeoutMs: positiveInt(DEFAULT_IDLE_TIMEOUT_MS),
  hl7AnswerTimeoutMs: positiveInt(DEFAULT_ANSWER_TIMEOUT_MS),
  /** where an accession number is looked for, the first that gives one wins */
  hl7AccessionPaths: list([...DEFAULT_ACCESSION_PATHS]).refine(
    (paths) => paths.length > 0 && paths.every(isPath),
    {
      message: 'not a list of HL7 field paths like OBR-18,OBR-3',
    },
  ),
  /** of time stamps without a zone: an IANA name or an offset like +0100 */
  hl7TimeZone: text('UTC').refine(isTimeZone, { message: 'not a time zone' }),
  /** MSH-11 that are taken; P production, T training, D debugging */
  hl7ProcessingIds: list(['P', 'T', 'D']),
  /** how long a message is remembered to tell a repeat from a new one */
  hl7RememberMs: positiveInt(DEFAULT_REMEMBER_MS),
  /** what happens to a message with the MSH-10 of another one that is remembered */
  hl7ControlIdReuse: z.enum(['refuse', 'accept']).default('refuse'),
  /** the answer to message types that are not handled: a feed of everything must not stop at an ADT */
  hl7OtherTypes: z.enum(['refuse', 'accept']).default('refuse'),
};

export type Config = Readonly<z.infer<z.ZodObject<typeof config>>>;

function isPath(path: string): boolean {
  try {
    readPath(path);
    return true;
  } catch {
    return false;
  }
}
