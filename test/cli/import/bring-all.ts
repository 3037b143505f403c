import type { ImportOutcome, ImportSink, ImportSource } from '../../../cli/import/import-source.ts';

export interface Brought {
  keys: string[];
  messages: { item: string; message: Buffer }[];
  objects: { item: string; object: Buffer }[];
  outcomes: ImportOutcome[];
  passedOver: string[];
}

/** Takes all that a source gives, one unit after the other, and accepts it. */
export async function bringAll(source: ImportSource): Promise<Brought> {
  const all: Brought = { keys: [], messages: [], objects: [], outcomes: [], passedOver: [] };
  const { signal } = new AbortController();
  const sink: ImportSink = {
    signal,
    turn: () => Promise.resolve(),
    async sendMessage(item, message) {
      all.messages.push({ item, message });
      all.outcomes.push({ item, kind: 'report', accepted: true, code: 'AA' });
    },
    async sendObject(item, object) {
      all.objects.push({ item, object });
      const outcome: ImportOutcome = { item, kind: 'image', accepted: true, code: '0000' };
      all.outcomes.push(outcome);
      return outcome;
    },
    done: (outcome) => void all.outcomes.push(outcome),
    passOver: (item) => void all.passedOver.push(item),
  };
  for await (const unit of source.units(signal, sink)) {
    all.keys.push(unit.key);
    await unit.bring(sink);
  }
  await source.close();
  return all;
}
