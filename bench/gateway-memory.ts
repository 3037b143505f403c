import { GATEWAY_PARTITIONS, type GatewayName, GatewayProcess } from '../harness/gateway-process.ts';
import { ownKafka } from '../harness/own-kafka.ts';
import { type BenchOptions, type BenchResult, type Figure, figure } from './bench-result.ts';
import { HOSTILE_DICOM } from './support/hostile-dicom.ts';
import { HOSTILE_HL7 } from './support/hostile-hl7.ts';

/** A process of Node that has started one gateway takes about 120 MiB of it. */
const BOUND_MIB = 300;

/**
 * The highest resident memory of a gateway's process (VmHWM, from its start) while somebody does what a peer may do: a
 * gateway of its own for each. `--only hl7_idle` runs those whose name holds it.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const only = options.values['only'] ?? '';
  const kafka = await ownKafka(GATEWAY_PARTITIONS);
  const figures: Figure[] = [];
  const notes: string[] = [];
  try {
    options.say('the gateways at rest …');
    for (const name of ['hl7-gateway', 'dicom-gateway'] as const)
      figures.push(await atRest(name, kafka.brokers));
    for (const { figure: named, gateway: name, env, run: act } of [...HOSTILE_HL7, ...HOSTILE_DICOM]) {
      if (!named.includes(only)) continue;
      options.say(`${named} …`);
      const gateway = await GatewayProcess.start(name, kafka.brokers, env);
      try {
        const happened = await act(gateway.port);
        const { peak } = gateway.memory();
        const met = peak <= BOUND_MIB && gateway.running;
        figures.push({ name: named, value: peak, unit: 'MiB', aim: `<= ${BOUND_MIB}`, met });
        notes.push(`${named}: ${happened}`);
        options.say(`${named}: ${peak.toFixed(0)} MiB; ${happened}`);
      } finally {
        await gateway.stop();
      }
    }
  } finally {
    await kafka.stop();
  }
  return { bench: 'gateway-memory', figures, peers: [], notes };
}

async function atRest(name: GatewayName, brokers: readonly string[]): Promise<Figure> {
  const gateway = await GatewayProcess.start(name, brokers);
  const { peak } = gateway.memory();
  await gateway.stop();
  return figure(`${name.replace('-gateway', '')}_at_rest_mib`, peak, 'MiB');
}
