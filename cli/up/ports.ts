import { InterleaveError } from '../../core/errors.ts';
import { freePorts, requireFreePort } from '../../infra/process/free-port.ts';
import { MAX_PORT } from '../limits.ts';
import { type HealthName, WITH_HEALTH } from './service-names.ts';

export interface Ports {
  page: number;
  hl7: number;
  dicom: number;
  kafka: number;
  elasticsearch: number;
  health: Record<HealthName, number>;
}

type FixedName = 'page' | 'hl7' | 'dicom' | 'kafka' | 'elasticsearch';

/** Each default, and what changes it: for the sentence about a taken port. */
const FIXED: Record<FixedName, { port: number; change: string; what: string }> = {
  page: { port: 8480, change: 'INTERLEAVE_SEARCH_PORT', what: 'The page' },
  hl7: { port: 2575, change: 'INTERLEAVE_HL7_PORT', what: 'The HL7 gateway' },
  dicom: { port: 11_112, change: 'INTERLEAVE_DICOM_PORT', what: 'The DICOM gateway' },
  kafka: { port: 19_092, change: 'INTERLEAVE_KAFKA_PORT', what: 'Kafka' },
  elasticsearch: { port: 19_200, change: 'INTERLEAVE_ELASTICSEARCH_PORT', what: 'Elasticsearch' },
};

/** /livez, /readyz and /metrics of the services: this port for the first and the following ones for the others. */
const FIRST_HEALTH_PORT = 8481;
/** Where objects are stored over HTTP: nowhere without it, and 0 is any free port. */
const STOW_VARIABLE = 'INTERLEAVE_STOW_PORT';
const HEALTH_VARIABLE = 'INTERLEAVE_FIRST_HEALTH_PORT';

/**
 * The ports of a system: the fixed ones (changed by variables, and the page's by `--port`), all found to be free, or
 * with `any` whatever is free. Throws `PORT_TAKEN` or `CONFIG_INVALID`.
 */
export async function choosePorts(
  options: { any: boolean; page: number | undefined },
  env: Record<string, string | undefined> = process.env,
): Promise<Ports> {
  const ports = options.any ? await anyPorts() : fixedPorts(env);
  if (options.page !== undefined) ports.page = options.page;
  const stow = env[STOW_VARIABLE] === '0' ? undefined : fromVariable(env, STOW_VARIABLE);
  if (stow !== undefined) await requireFreePort(stow, 'STOW-RS', remedy(STOW_VARIABLE));
  if (options.any && options.page === undefined) return ports;
  for (const name of namesOf(FIXED))
    await requireFreePort(
      ports[name],
      FIXED[name].what,
      remedy(name === 'page' ? '--port' : FIXED[name].change),
    );
  for (const name of WITH_HEALTH)
    await requireFreePort(ports.health[name], `The health address of ${name}`, remedy(HEALTH_VARIABLE));
  return ports;
}

function remedy(change: string): string {
  return `stop the program that listens there, or choose another with ${change}`;
}

function fixedPorts(env: Record<string, string | undefined>): Ports {
  const port = (name: FixedName) => fromVariable(env, FIXED[name].change) ?? FIXED[name].port;
  const first = fromVariable(env, HEALTH_VARIABLE) ?? FIRST_HEALTH_PORT;
  return {
    page: port('page'),
    hl7: port('hl7'),
    dicom: port('dicom'),
    kafka: port('kafka'),
    elasticsearch: port('elasticsearch'),
    health: healthPorts((index) => first + index),
  };
}

async function anyPorts(): Promise<Ports> {
  const [page = 0, hl7 = 0, dicom = 0, kafka = 0, elasticsearch = 0, ...rest] = await freePorts(
    namesOf(FIXED).length + WITH_HEALTH.length,
  );
  return { page, hl7, dicom, kafka, elasticsearch, health: healthPorts((index) => rest[index] ?? 0) };
}

function healthPorts(portOf: (index: number) => number): Record<HealthName, number> {
  const [hl7, dicom, labeler, inference, joiner, indexer, search, feed] = WITH_HEALTH;
  const port = (name: HealthName) => portOf(WITH_HEALTH.indexOf(name));
  return {
    [hl7]: port(hl7),
    [dicom]: port(dicom),
    [labeler]: port(labeler),
    [inference]: port(inference),
    [joiner]: port(joiner),
    [indexer]: port(indexer),
    [search]: port(search),
    [feed]: port(feed),
  };
}

function namesOf<K extends string>(table: Record<K, unknown>): K[] {
  return Object.keys(table) as K[];
}

function fromVariable(env: Record<string, string | undefined>, name: string): number | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port;
  throw new InterleaveError('CONFIG_INVALID', `${name} must be a port number from 1 to ${MAX_PORT}.`);
}
