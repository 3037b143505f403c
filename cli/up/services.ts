import { join } from 'node:path';
import type { ProcessSpec } from '../../infra/process/managed-process.ts';
import { NODE_FLAGS } from '../../infra/process/node-flags.ts';
import { gpuEnvironment } from '../../models/engines/gpu-environment.ts';
import type { Ports } from './ports.ts';
import type { ServiceName } from './service-names.ts';

/** What every child of one `up` has in common. */
export interface SystemSettings {
  /** The compiled program: `build/`. */
  programs: string;
  dataDir: string;
  kafkaBrokers: string;
  elasticsearchUrl: string;
  ports: Ports;
  dicomAeTitle: string;
}

export function serviceSpec(name: ServiceName, settings: SystemSettings): ProcessSpec {
  return {
    ...nodeSpec(name, join(settings.programs, 'services', name, 'main.js'), [], settings),
    env: { ...environment(settings), INTERLEAVE_HEALTH_PORT: String(settings.ports.health[name]) },
  };
}

/** The simulator, which sends to the gateways like any department outside. */
export function feedSpec(rate: number, settings: SystemSettings): ProcessSpec {
  const { hl7, dicom } = settings.ports;
  const args = ['--rate', String(rate), '--hl7', `127.0.0.1:${hl7}`, '--dicom', `127.0.0.1:${dicom}`];
  return {
    ...nodeSpec('feed', join(settings.programs, 'simulator', 'main.js'), args, settings),
    env: { ...environment(settings), INTERLEAVE_HEALTH_PORT: String(settings.ports.health.feed) },
  };
}

function nodeSpec(name: string, file: string, args: string[], { dataDir }: SystemSettings): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', ...(NODE_FLAGS[name] ?? []), file, ...args],
    logFile: join(dataDir, 'logs', `${name}.log`),
  };
}

/** Everything that a service reads (platform/process/config.ts); what the user set beside it is passed on. */
function environment(settings: SystemSettings): Record<string, string | undefined> {
  const { ports } = settings;
  return {
    ...process.env,
    ...gpuEnvironment(),
    INTERLEAVE_KAFKA_BROKERS: settings.kafkaBrokers,
    INTERLEAVE_ELASTICSEARCH_URL: settings.elasticsearchUrl,
    INTERLEAVE_DATA_DIR: settings.dataDir,
    INTERLEAVE_HL7_PORT: String(ports.hl7),
    INTERLEAVE_DICOM_PORT: String(ports.dicom),
    INTERLEAVE_DICOM_AE_TITLE: settings.dicomAeTitle,
    INTERLEAVE_SEARCH_PORT: String(ports.page),
  };
}
