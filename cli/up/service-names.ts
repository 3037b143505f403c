/** The services in the order in which a case passes them. */
export const SERVICES = [
  'hl7-gateway',
  'dicom-gateway',
  'labeler',
  'inference',
  'joiner',
  'indexer',
  'search',
] as const;

export type ServiceName = (typeof SERVICES)[number];

/** Every process of ours that has /livez, /readyz and /metrics. */
export const WITH_HEALTH = [...SERVICES, 'feed'] as const;

export type HealthName = (typeof WITH_HEALTH)[number];
