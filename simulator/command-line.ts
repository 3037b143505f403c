import { parseArgs } from 'node:util';

/**
 * Options by hand (`--rate 2 --cases 20 --seed 7 --time-scale 0 --hl7 host:port --dicom host:port`) as the variables
 * that the configuration reads. Options win over the environment.
 */
export function environmentFromArguments(args: readonly string[]): Record<string, string> {
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

/** `127.0.0.1:2575`, `[::1]:2575`, or a port alone. */
function hostAndPort(value: string | undefined): { host: string | undefined; port: string | undefined } {
  const match = value === undefined ? null : /^(?:\[?([^\]]*?)\]?:)?(\d+)$/.exec(value);
  return { host: match?.[1], port: match?.[2] };
}
