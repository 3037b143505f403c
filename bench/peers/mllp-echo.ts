import { once } from 'node:events';
import { createServer } from 'node:net';
import { buildAcknowledgement, readAnsweredHeader } from '../../core/hl7/acknowledgement.ts';
import { frameMessage, MllpFramer } from '../../core/hl7/frame.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Journal } from '../../platform/object-store/journal.ts';
import { NO_OBSERVER } from '../../platform/object-store/store-observer.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { TOPICS } from '../../schemas/topics.ts';

/**
 * `mllp-echo PORT nothing|journal|kafka [FOLDER|BROKER]`: the least that a receiver in Node can do before it answers AA:
 * nothing, append the message to a synced journal, or send it to Kafka as it is with `acks=all`. It reads no field.
 */
const [port, what, where = ''] = process.argv.slice(2);
const keep = await keeper();
let answers = 0;
const server = createServer({ noDelay: true }, (socket) => {
  const framer = new MllpFramer();
  socket.on('error', () => socket.destroy());
  socket.on('data', async (chunk: Buffer) => {
    for (const event of framer.push(chunk)) {
      if (event.kind !== 'frame') continue;
      await keep(event.bytes);
      const answer = buildAcknowledgement(readAnsweredHeader(event.bytes), null, {
        controlId: String(answers++),
        at: Date.now(),
      });
      if (answer !== null) socket.write(frameMessage(answer));
    }
  });
});
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');
console.log('listening');

async function keeper(): Promise<(bytes: Buffer) => Promise<unknown>> {
  if (what === 'journal') {
    const nothing = async () => [];
    const journal = new Journal({
      folder: where,
      quarantine: where,
      restore: nothing,
      lacking: nothing,
      sync: async () => undefined,
      observer: NO_OBSERVER,
    });
    return (bytes) =>
      journal.append({ sha256: '0'.repeat(64), caseIds: ['bench'], bytes }, Promise.resolve(null));
  }
  if (what === 'kafka') {
    const log = createLogger('bench', 'fatal');
    const producer = await EventProducer.connect(
      createKafka([where], 'bench', log),
      log,
      new Metrics('bench'),
    );
    return (value) => producer.send(TOPICS.reportReceived, { key: String(answers), value });
  }
  return async () => undefined;
}
