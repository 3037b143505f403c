import { parseArgs } from 'node:util';
import { InterleaveError } from '../core/errors.ts';

/**
 * Options by hand (`--rate 2 --cases 20 --seed 7 --time-scale 0 --hl7 host:port --dicom host:port`) as the variables
 * that the configuration reads. Options win over the environment. Throws `USAGE`.
 */
export function environmentFromArguments(args: readonly string[]): Record<string, string> {
  const values = parsed(args);
  const hl7 = hostAndPort(values.hl7);
  const dicom = hostAndPort(values.dicom);
  const given: Record<string, string | undefined> = {
    INTERLEAVE_SIMULATOR_RATE: values.rate,
    INTERLEAVE_SIMULATOR_CASES: values.cases,
    INTERLEAVE_SIMULATOR_SEED: values.seed,
    INTERLEAVE_SIMULATOR_TIME_SCALE: values['time-scale'],
    INTERLEAVE_SIMULATOR_HL7_HOST: hl7.host,
    INTERLEAVE_HL7_PORT: hl7.port,
    INTERLEAVE_SIMULATOR_DICOM_HOST: dicom.host,
    INTERLEAVE_DICOM_PORT: dicom.port,
  };
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rate: { type: 'string' },
        cases: { type: 'string' },
        seed: { type: 'string' },
        'time-scale': { type: 'string' },
        hl7: { type: 'string' },
        dicom: { type: 'string' },
        'print-config': { type: 'boolean' },
      },
      strict: true,
    });
    return values;
  } catch (error) {
    throw new InterleaveError('USAGE', error instanceof Error ? error.message : undefined);
  }
}

/** `127.0.0.1:2575`, `[::1]:2575`, or a port alone. */
function hostAndPort(value: string | undefined): { host?: string | undefined; port?: string | undefined } {
  if (value === undefined) return {};
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d+)$/.exec(value);
  if (match === null) throw new InterleaveError('USAGE', `${value} is not host:port.`);
  return { host: match[1], port: match[2] };
}
