import type { ImportOutcome, ImportSink, ImportSource } from '../../cli/import/import-source.ts';

/** Takes what an import brings, for a test that looks at the source alone. */
export class CollectingSink implements ImportSink {
  readonly signal: AbortSignal;
  /** files by SOP Instance UID, in the order in which they came */
  readonly objects = new Map<string, Buffer>();
  readonly outcomes: ImportOutcome[] = [];
  turns = 0;
  /** is asked before each object; what it throws is what a gateway that is away gives */
  beforeObject: (item: string) => void = () => undefined;

  constructor(signal: AbortSignal = new AbortController().signal) {
    this.signal = signal;
  }

  async turn(count: number): Promise<void> {
    this.turns += count;
  }

  async sendMessage(): Promise<void> {
    throw new Error('an archive of images has no messages');
  }

  async sendObject(item: string, object: Buffer): Promise<ImportOutcome> {
    this.beforeObject(item);
    if (this.objects.has(item)) throw new Error('an object was sent twice');
    this.objects.set(item, object);
    const outcome: ImportOutcome = { item, kind: 'image', accepted: true, code: '0000' };
    this.outcomes.push(outcome);
    return outcome;
  }

  done(outcome: ImportOutcome): void {
    this.outcomes.push(outcome);
  }

  passOver(): void {}

  get accepted(): string[] {
    return this.outcomes.filter(({ accepted }) => accepted).map(({ item }) => item);
  }
}

/** Brings every unit once, one after the other; resolves to their keys. */
export async function bringAll(source: ImportSource, sink: CollectingSink): Promise<string[]> {
  const keys: string[] = [];
  for await (const unit of source.units(sink.signal, sink)) {
    keys.push(unit.key);
    await unit.bring(sink);
  }
  return keys;
}
