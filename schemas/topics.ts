/** The topics, by the name that the code uses. `schemas/README.md` says who writes and who reads each. */
export const TOPICS = {
  reportReceived: 'radiology.report.received',
  reportLabeled: 'radiology.report.labeled',
  imageReceived: 'radiology.image.received',
  imageEmbedded: 'radiology.image.embedded',
  case: 'radiology.case',
  caseMoved: 'radiology.case.moved',
  imageRejected: 'radiology.image.rejected',
  caseCorrection: 'radiology.case.correction',
  schema: 'radiology.schema',
  model: 'radiology.model',
} as const;

/** Where a service puts what it can never handle: one writer each. */
export function deadLetterTopic(service: string): string {
  return `radiology.dead-letter.${service}`;
}

export const DEAD_LETTER_SERVICES = [
  'hl7-gateway',
  'dicom-gateway',
  'labeler',
  'inference',
  'joiner',
  'indexer',
] as const;

/**
 * Registers: compacted, kept for ever, with one partition; repeats of a key go within `max.compaction.lag.ms`. They are small, and whoever needs one reads it whole, without a
 * consumer group (`platform/kafka/register-reader.ts`).
 */
export const REGISTERS: readonly string[] = [
  TOPICS.imageRejected,
  TOPICS.caseCorrection,
  TOPICS.schema,
  TOPICS.model,
];

/** The topics that a service cannot run without: these, by their names on the broker, its dead letters, and the schemas. */
export function topicsOf(service: string, names: readonly string[]): { name: string; keyed: boolean }[] {
  return [
    ...names.map((name) => ({ name, keyed: !REGISTERS.includes(name) })),
    { name: deadLetterTopic(service), keyed: false },
    { name: TOPICS.schema, keyed: false },
  ];
}

/** A Kafka record of ours may reach this many bytes (`max.message.bytes`). */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const DAY_MS = 86_400_000;

const RETAINED = { 'cleanup.policy': 'delete', 'retention.ms': String(30 * DAY_MS) };

/** Every topic, for `createTopics` and `checkTopics` of platform/kafka/topics.ts, which says what the fields mean. */
export const TOPIC_SPECS = [
  ...[TOPICS.reportReceived, TOPICS.reportLabeled, TOPICS.imageReceived, TOPICS.imageEmbedded].map((name) =>
    spec(name, true, RETAINED),
  ),
  spec(TOPICS.case, true, {
    'cleanup.policy': 'compact',
    'segment.ms': String(DAY_MS),
    'max.compaction.lag.ms': String(7 * DAY_MS),
    'delete.retention.ms': String(30 * DAY_MS),
  }),
  spec(TOPICS.caseMoved, true, RETAINED),
  ...REGISTERS.map((name) =>
    spec(name, false, {
      'cleanup.policy': 'compact',
      'segment.ms': String(DAY_MS),
      'max.compaction.lag.ms': String(7 * DAY_MS),
    }),
  ),
  ...DEAD_LETTER_SERVICES.map((service) => spec(deadLetterTopic(service), false, RETAINED)),
];

function spec(name: string, keyed: boolean, config: Record<string, string>) {
  return { name, keyed, config: { ...config, 'max.message.bytes': String(MAX_RECORD_BYTES) } };
}
