import type { SimulatedConcept } from '../finding-catalogue.ts';

/** How the grammar names one finding. */
export interface Wording {
  /** what it is called; the first word carries no article */
  heads: readonly string[];
  /** for bilateral findings that are counted, '' where the word has no plural */
  plural: string;
  /** takes "a"; otherwise it is a mass noun */
  counted: boolean;
  /** words for degree 1, 2, 3 */
  degrees: readonly [string, string, string] | null;
  /** what a denial calls it */
  denied: readonly string[];
  /** whole clauses that affirm it, with `{degree}`, `{adverb}`, `{side}`, `{device}`, `{rib}` */
  clauses: readonly string[];
  /** probability that a clause is used where there is one */
  clauseShare: number;
}

const SIZE = ['small', 'moderate', 'large'] as const;
const SEVERITY = ['mild', 'moderate', 'severe'] as const;

function wording(heads: readonly string[], rest: Partial<Wording> = {}): Wording {
  const plain = { plural: '', counted: true, degrees: null, clauses: [], clauseShare: 0 };
  return { ...plain, denied: heads, ...rest, heads };
}

export const WORDINGS: Readonly<Record<SimulatedConcept, Wording>> = {
  atelectasis: wording(['atelectasis', 'subsegmental atelectasis', 'linear atelectasis'], {
    counted: false,
    degrees: SEVERITY,
    denied: ['atelectasis'],
  }),
  cardiomegaly: wording(['cardiomegaly', 'enlargement of the cardiac silhouette'], {
    counted: false,
    degrees: SEVERITY,
    denied: ['cardiomegaly'],
    clauses: [
      'The heart is {adverb} enlarged',
      'The cardiac silhouette is {adverb} enlarged',
      'Heart size is {adverb} enlarged',
    ],
    clauseShare: 0.6,
  }),
  effusion: wording(['pleural effusion'], {
    plural: 'pleural effusions',
    degrees: SIZE,
    denied: ['pleural effusion', 'effusion', 'pleural fluid'],
  }),
  infiltration: wording(['infiltrate', 'patchy infiltrate'], {
    plural: 'infiltrates',
    denied: ['infiltrate', 'focal infiltrate'],
  }),
  mass: wording(['mass', 'lung mass'], { denied: ['mass', 'lung mass'] }),
  nodule: wording(['nodule', 'pulmonary nodule', 'lung nodule'], {
    denied: ['suspicious nodule', 'pulmonary nodule'],
  }),
  pneumonia: wording(['pneumonia'], { counted: false, denied: ['pneumonia', 'focal pneumonia'] }),
  pneumothorax: wording(['pneumothorax'], { degrees: SIZE }),
  consolidation: wording(['consolidation', 'airspace consolidation', 'focal consolidation'], {
    counted: false,
    denied: ['consolidation', 'focal consolidation', 'airspace consolidation'],
  }),
  edema: wording(['pulmonary edema', 'interstitial edema', 'interstitial pulmonary edema'], {
    counted: false,
    degrees: SEVERITY,
    denied: ['pulmonary edema', 'edema'],
  }),
  emphysema: wording(['emphysema', 'pulmonary emphysema'], {
    counted: false,
    degrees: SEVERITY,
    clauses: ['The lungs show {degree} emphysema', 'There is {degree} upper zone predominant emphysema'],
    clauseShare: 0.4,
  }),
  fibrosis: wording(['pulmonary fibrosis', 'interstitial fibrosis', 'fibrosis'], {
    counted: false,
    degrees: SEVERITY,
  }),
  'pleural-thickening': wording(['pleural thickening'], { counted: false, degrees: SEVERITY }),
  hernia: wording(['hiatal hernia', 'hiatus hernia'], {
    degrees: SIZE,
    clauses: ['A retrocardiac air-fluid level is compatible with a {degree} hiatal hernia'],
    clauseShare: 0.2,
  }),
  opacity: wording(['opacity', 'airspace opacity', 'patchy opacity', 'hazy opacity'], {
    denied: ['focal opacity', 'airspace opacity'],
  }),
  granuloma: wording(['granuloma']),
  fracture: wording(['rib fracture'], {
    denied: ['rib fracture', 'displaced rib fracture', 'acute fracture'],
    clauses: [
      'There is a fracture of the {side} {rib} rib',
      'Displaced fracture of the posterior {side} {rib} rib',
      'Acute fracture of the {side} {rib} rib',
    ],
    clauseShare: 1,
  }),
  'support-device': wording(['support device'], { clauses: ['{device}'], clauseShare: 1 }),
  'elevated-diaphragm': wording(['elevation of the hemidiaphragm'], {
    clauses: ['The {side} hemidiaphragm is elevated', 'Elevation of the {side} hemidiaphragm'],
    clauseShare: 1,
  }),
  'tortuous-aorta': wording(['tortuous aorta'], {
    clauses: ['The aorta is tortuous', 'The thoracic aorta is tortuous', 'Tortuous thoracic aorta'],
    clauseShare: 1,
  }),
  scoliosis: wording(['scoliosis', 'scoliosis of the thoracic spine'], {
    counted: false,
    degrees: SEVERITY,
  }),
};

export const DEVICE_CLAUSES = {
  pacemaker: [
    'A left-sided dual-lead pacemaker is in place',
    'Left chest wall pacemaker with leads over the right atrium and right ventricle',
  ],
  picc: [
    'The tip of the right PICC projects over the superior vena cava',
    'Right PICC terminates in the superior vena cava',
  ],
  'endotracheal tube': [
    'The endotracheal tube ends 4 cm above the carina',
    'Endotracheal tube tip projects above the carina',
  ],
  'enteric tube': [
    'An enteric tube courses below the diaphragm',
    'Nasogastric tube with its tip over the stomach',
  ],
} as const;

/** Sentences that name no finding, with the organs about which they may be said when nothing is wrong there. */
export const NEUTRAL_SENTENCES: readonly { organ: 'heart' | 'lung' | 'pleura' | 'bone'; text: string }[] = [
  { organ: 'heart', text: 'The mediastinal contours are unremarkable.' },
  { organ: 'heart', text: 'The trachea is midline.' },
  { organ: 'lung', text: 'The hilar contours are unremarkable.' },
  { organ: 'lung', text: 'Pulmonary vasculature is unremarkable.' },
  { organ: 'bone', text: 'The visualized osseous structures are unremarkable.' },
  { organ: 'bone', text: 'No acute osseous abnormality.' },
];

export const NORMAL_SENTENCES = {
  'heart-normal': [
    'Heart size is normal.',
    'The heart is normal in size.',
    'The cardiac silhouette is normal in size.',
    'The heart is not enlarged.',
  ],
  'lungs-clear': ['The lungs are clear.', 'Lungs are clear bilaterally.', 'Both lungs are clear.'],
  'normal-study': [
    'No acute cardiopulmonary abnormality.',
    'No acute cardiopulmonary disease.',
    'No acute cardiopulmonary process.',
    'Normal chest radiograph.',
  ],
} as const;

export const RECOMMENDATIONS = {
  nodule: ['Recommend chest CT for further evaluation.', 'Comparison with older examinations is advised.'],
  mass: ['Recommend contrast-enhanced CT of the chest.'],
  other: ['Clinical correlation is advised.', 'Follow-up radiograph in 4-6 weeks is advised.'],
} as const;
