/** Concept ids as in `core/site-lexicon/concepts.ts`: the 14 ChestX-ray14 classes and a few more that can be drawn. */
export type SimulatedConcept =
  | 'atelectasis'
  | 'cardiomegaly'
  | 'effusion'
  | 'infiltration'
  | 'mass'
  | 'nodule'
  | 'pneumonia'
  | 'pneumothorax'
  | 'consolidation'
  | 'edema'
  | 'emphysema'
  | 'fibrosis'
  | 'pleural-thickening'
  | 'hernia'
  | 'opacity'
  | 'granuloma'
  | 'fracture'
  | 'support-device'
  | 'elevated-diaphragm'
  | 'tortuous-aorta'
  | 'scoliosis';

/** Where a finding of the lung can lie. `core/text` uses the same words. */
export type Location =
  | ''
  | 'upper lobe'
  | 'middle lobe'
  | 'lower lobe'
  | 'lingula'
  | 'lung base'
  | 'apex'
  | 'perihilar';

export type Laterality = '' | 'LEFT' | 'RIGHT' | 'BILATERAL';

/** Which organ a finding belongs to: the order in which a report goes through the chest. */
export type Organ = 'heart' | 'lung' | 'pleura' | 'bone' | 'device';

/** How a finding may turn up. */
export interface CatalogueEntry {
  concept: SimulatedConcept;
  organ: Organ;
  sides: readonly Laterality[];
  locations: readonly Location[];
  /** largest degree, in three steps; 0 where degrees are not told */
  degrees: 0 | 3;
  /** smallest and largest diameter in mm, where the report measures it */
  sizeMm: readonly [number, number] | null;
  /** probability that the reader is not certain */
  uncertain: number;
  /** causes a reader may name with it, as uncertain */
  suggests: readonly SimulatedConcept[];
}

const LOBES: readonly Location[] = ['upper lobe', 'lower lobe', 'lower lobe', 'middle lobe'];
const ONE_SIDE: readonly Laterality[] = ['LEFT', 'RIGHT'];
const ANY_SIDE: readonly Laterality[] = ['LEFT', 'RIGHT', 'BILATERAL'];
const NO_SIDE: readonly Laterality[] = [''];

function entry(
  concept: SimulatedConcept,
  organ: Organ,
  sides: readonly Laterality[],
  rest: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  const plain = { locations: [''], degrees: 0, sizeMm: null, uncertain: 0.05, suggests: [] } as const;
  return { ...plain, ...rest, concept, organ, sides };
}

const ENTRIES: readonly CatalogueEntry[] = [
  entry('cardiomegaly', 'heart', NO_SIDE, { degrees: 3, uncertain: 0.08 }),
  entry('tortuous-aorta', 'heart', NO_SIDE),
  entry('hernia', 'heart', NO_SIDE, { degrees: 3, uncertain: 0.15 }),
  entry('atelectasis', 'lung', ANY_SIDE, { locations: ['lung base'], degrees: 3, uncertain: 0.15 }),
  entry('infiltration', 'lung', ONE_SIDE, { locations: LOBES, uncertain: 0.15, suggests: ['pneumonia'] }),
  entry('mass', 'lung', ONE_SIDE, { locations: ['upper lobe', 'lower lobe'], sizeMm: [32, 70] }),
  entry('nodule', 'lung', ONE_SIDE, {
    locations: ['upper lobe', 'lower lobe'],
    sizeMm: [12, 28],
    uncertain: 0.2,
  }),
  entry('pneumonia', 'lung', ONE_SIDE, { locations: LOBES, uncertain: 0.35 }),
  entry('consolidation', 'lung', ONE_SIDE, {
    locations: LOBES,
    uncertain: 0.1,
    suggests: ['pneumonia', 'atelectasis'],
  }),
  entry('opacity', 'lung', ONE_SIDE, {
    locations: [...LOBES, 'lung base'],
    suggests: ['atelectasis', 'pneumonia'],
  }),
  entry('edema', 'lung', ['BILATERAL'], { locations: ['perihilar'], degrees: 3, uncertain: 0.12 }),
  entry('emphysema', 'lung', NO_SIDE, { degrees: 3, uncertain: 0.1 }),
  entry('fibrosis', 'lung', ['BILATERAL'], { locations: ['lung base'], degrees: 3, uncertain: 0.1 }),
  entry('granuloma', 'lung', ONE_SIDE, {
    locations: ['upper lobe', 'lower lobe'],
    sizeMm: [5, 10],
  }),
  entry('effusion', 'pleura', ANY_SIDE, { degrees: 3, uncertain: 0.12 }),
  entry('pneumothorax', 'pleura', ONE_SIDE, { locations: ['apex'], degrees: 3, uncertain: 0.12 }),
  entry('pleural-thickening', 'pleura', ANY_SIDE, { locations: ['apex', ''], degrees: 3, uncertain: 0.1 }),
  entry('elevated-diaphragm', 'pleura', ONE_SIDE),
  entry('fracture', 'bone', ONE_SIDE, { uncertain: 0.1 }),
  entry('scoliosis', 'bone', NO_SIDE, { degrees: 3 }),
  entry('support-device', 'device', NO_SIDE, { uncertain: 0 }),
];

const BY_CONCEPT = new Map(ENTRIES.map((item) => [item.concept, item]));

export const SIMULATED_CONCEPTS: readonly SimulatedConcept[] = ENTRIES.map((item) => item.concept);

export function catalogueEntry(concept: SimulatedConcept): CatalogueEntry {
  const found = BY_CONCEPT.get(concept);
  if (found === undefined) throw new RangeError(`no catalogue entry for ${concept}`);
  return found;
}

/** Concepts that say nearly the same of a place in the lung: none is denied in a report that affirms another. */
export const AIRSPACE: ReadonlySet<SimulatedConcept> = new Set([
  'opacity',
  'consolidation',
  'pneumonia',
  'infiltration',
  'atelectasis',
]);
