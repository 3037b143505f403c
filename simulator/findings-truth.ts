import type { Assertion } from '../core/radiology/events.ts';
import {
  AIRSPACE,
  catalogueEntry,
  type Laterality,
  type Location,
  type SimulatedConcept,
} from './finding-catalogue.ts';
import type { Random } from './random.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** How a finding compares with the prior examination; `RESOLVED` stands only with `ABSENT`. */
export type Change = '' | 'NEW' | 'UNCHANGED' | 'LARGER' | 'SMALLER' | 'RESOLVED';

export type DeviceKind = 'pacemaker' | 'picc' | 'endotracheal tube' | 'enteric tube';

/** One thing that a report says of a finding. A case has at most one for each concept. */
export interface TruthFinding {
  concept: SimulatedConcept;
  assertion: Assertion;
  laterality: Laterality;
  location: Location;
  /** 1 mild or small, 2 moderate, 3 severe or large; 0 not told */
  degree: 0 | 1 | 2 | 3;
  sizeMm: number | null;
  change: Change;
  device: DeviceKind | null;
  /** rib number of a fracture */
  rib: number | null;
  /** the finding that this one was named as a possible cause of, '' where it stands on its own */
  causeOf: SimulatedConcept | '';
}

/** What one version of a report says. */
export interface FindingsTruth {
  findings: TruthFinding[];
  /** statements of normality that the report makes */
  normal: ('heart-normal' | 'lungs-clear' | 'normal-study')[];
}

export function drawScenario(random: Random): Scenario {
  return random.weighted(SCENARIOS, (scenario) => scenario.weight);
}

/** Draws what a patient of this scenario has, what the reader doubts and what the reader denies. */
export function drawFindings(random: Random, scenario: Scenario, hasPrior: boolean): FindingsTruth {
  const side = random.pick(['LEFT', 'RIGHT'] as const);
  const affirmed: TruthFinding[] = [];
  for (const [concept, probability] of scenario.findings) {
    if (!random.chance(probability)) continue;
    if (AIRSPACE.has(concept) && affirmed.some((finding) => AIRSPACE.has(finding.concept))) continue;
    const finding = drawFinding(random, concept, side, hasPrior);
    affirmed.push(finding, ...drawCauses(random, finding, affirmed));
  }
  return withDenials(random, affirmed, hasPrior);
}

/** A finding of this concept; `side` is where the trouble of this patient is. */
function drawFinding(
  random: Random,
  concept: SimulatedConcept,
  side: 'LEFT' | 'RIGHT',
  hasPrior: boolean,
): TruthFinding {
  const entry = catalogueEntry(concept);
  const laterality = entry.sides.includes(side) && random.chance(0.75) ? side : random.pick(entry.sides);
  const drawn = random.pick(entry.locations);
  const location = drawn === 'middle lobe' && laterality === 'LEFT' ? 'lingula' : drawn;
  const uncertain = random.chance(entry.uncertain);
  const degree = entry.degrees === 0 ? 0 : random.weighted([1, 2, 3] as const, (step) => 4 - step);
  const change = random.pick(['NEW', 'UNCHANGED', 'LARGER', 'SMALLER'] as const);
  return {
    concept,
    assertion: uncertain ? 'UNCERTAIN' : 'PRESENT',
    laterality,
    location,
    degree,
    sizeMm: entry.sizeMm === null ? null : random.integer(...entry.sizeMm),
    change: hasPrior && !uncertain && random.chance(0.4) && entry.organ !== 'bone' ? change : '',
    device:
      concept === 'support-device'
        ? random.pick(['pacemaker', 'picc', 'endotracheal tube', 'enteric tube'] as const)
        : null,
    rib: concept === 'fracture' ? random.integer(5, 8) : null,
    causeOf: '',
  };
}

/** A finding that is stated to be absent. */
export function denied(concept: SimulatedConcept, more: Partial<TruthFinding> = {}): TruthFinding {
  const plain = { laterality: '', location: '', degree: 0, sizeMm: null, change: '' } as const;
  return { ...plain, device: null, rib: null, causeOf: '', ...more, concept, assertion: 'ABSENT' };
}

/** Findings that a statement of normality denies without naming them. */
const DENIED_BY_NORMAL = {
  'heart-normal': ['cardiomegaly'],
  'lungs-clear': ['opacity', 'consolidation'],
  'normal-study': [],
} as const satisfies Record<FindingsTruth['normal'][number], readonly SimulatedConcept[]>;

/** What each concept of a report comes to: present before uncertain before absent, by name or by normality. */
export function truthLabels({ findings, normal }: FindingsTruth): Record<string, Assertion> {
  const labels: Record<string, Assertion> = {};
  for (const concept of normal.flatMap((statement) => DENIED_BY_NORMAL[statement]))
    labels[concept] = 'ABSENT';
  for (const assertion of ['ABSENT', 'UNCERTAIN', 'PRESENT'] as const)
    for (const finding of findings) if (finding.assertion === assertion) labels[finding.concept] = assertion;
  return labels;
}

function drawCauses(random: Random, finding: TruthFinding, known: readonly TruthFinding[]): TruthFinding[] {
  const causes = catalogueEntry(finding.concept).suggests.filter(
    (cause) => !known.some((other) => other.concept === cause),
  );
  if (finding.assertion !== 'PRESENT' || causes.length === 0 || !random.chance(0.55)) return [];
  return random.sample(causes, random.integer(1, 2)).map((concept) => ({
    ...denied(concept),
    assertion: 'UNCERTAIN' as const,
    laterality: finding.laterality,
    location: finding.location,
    causeOf: finding.concept,
  }));
}

/** Concepts that readers deny, the usual ones more often. */
const DENIABLE: readonly (readonly [SimulatedConcept, number])[] = [
  ['effusion', 8],
  ['pneumothorax', 8],
  ['consolidation', 5],
  ['edema', 3],
  ['pneumonia', 3],
  ['opacity', 2],
  ['fracture', 2],
  ['nodule', 2],
  ['mass', 1],
  ['infiltration', 1],
];

function withDenials(random: Random, affirmed: TruthFinding[], hasPrior: boolean): FindingsTruth {
  const has = (concept: SimulatedConcept) => affirmed.some((finding) => finding.concept === concept);
  const hasOrgan = (organ: string) => affirmed.some((f) => catalogueEntry(f.concept).organ === organ);
  const airspace = affirmed.some((finding) => AIRSPACE.has(finding.concept));
  const allowed = DENIABLE.filter(
    ([concept]) =>
      !has(concept) && !(airspace && AIRSPACE.has(concept)) && !(has('edema') && concept === 'opacity'),
  );
  const findings = [...affirmed];
  let left = [...allowed];
  for (let count = random.integer(2, 5); count > 0 && left.length > 0; count--) {
    const [concept] = random.weighted(left, ([, weight]) => weight);
    left = left.filter(([other]) => other !== concept);
    const resolved = hasPrior && ['effusion', 'pneumothorax', 'consolidation'].includes(concept);
    if (resolved && random.chance(0.15))
      findings.push(denied(concept, { change: 'RESOLVED', laterality: random.pick(['LEFT', 'RIGHT']) }));
    else findings.push(denied(concept));
  }
  const normal: FindingsTruth['normal'] = [];
  if (!has('cardiomegaly') && random.chance(0.75)) normal.push('heart-normal');
  if (!hasOrgan('lung') && random.chance(0.7)) normal.push('lungs-clear');
  if (affirmed.length === 0) normal.push('normal-study');
  return { findings, normal };
}
