import { InterleaveError } from '../../core/errors.ts';
import { MAX_PORT } from '../limits.ts';
import { askedInstance } from '../up/asked-instance.ts';
import type { VerbInput } from '../verb.ts';

export interface Hl7Target {
  host: string;
  port: number;
}

export interface DicomTarget {
  host: string;
  port: number;
  calledAeTitle: string;
  callingAeTitle: string;
}

/** Where reports go: what the option says, else the running system, else the usual address. Throws `USAGE`, `NOT_RUNNING`. */
export function hl7Target(input: VerbInput, option: string): Hl7Target {
  return address(input, option) ?? askedInstance(input)?.hl7 ?? { host: '127.0.0.1', port: 2575 };
}

/** Where images go, likewise, with `--called` and `--calling`. */
export function dicomTarget(input: VerbInput, option: string): DicomTarget {
  const to = address(input, option);
  const running = askedInstance(input, to !== undefined)?.dicom;
  const { host, port } = to ?? running ?? { host: '127.0.0.1', port: 11_112 };
  const calledAeTitle = input.text('called') ?? running?.aeTitle ?? 'INTERLEAVE';
  return { host, port, calledAeTitle, callingAeTitle: input.text('calling') ?? 'INTERLEAVE-CLI' };
}

/** `host:port`, `[::1]:port`. */
function address(input: VerbInput, option: string): Hl7Target | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || !(port >= 1 && port <= MAX_PORT))
    throw new InterleaveError('USAGE', `--${option} must be HOST:PORT.`);
  return { host: match[1], port };
}
