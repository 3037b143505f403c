/** The findings that the labeler knows, for pages, filters and tables. */
import { DEFAULT_LEXICON_DATA } from '../text/lexicon.ts';
import type { ConceptCode } from '../text/lexicon-data.ts';

export interface Concept {
  /** stands in events and in the index, e.g. `pleural-thickening` */
  id: string;
  name: string;
  group: string;
  /** concepts that it is a kind of */
  implies: readonly string[];
  codes: readonly ConceptCode[];
}

export const CONCEPTS: readonly Concept[] = DEFAULT_LEXICON_DATA.findings.findings.map(
  ({ id, name, group, implies = [], codes = [] }) => ({ id, name, group, implies, codes }),
);

const NAMES: ReadonlyMap<string, string> = new Map(CONCEPTS.map(({ id, name }) => [id, name]));

/** The name to show; the id itself where it is unknown (of another lexicon). */
export function conceptName(id: string): string {
  return NAMES.get(id) ?? id;
}

/**
 * The 14 classes of ChestX-ray14 (Wang et al., CVPR 2017), with the column names of that data set, in its order.
 */
export const CXR14: readonly { column: string; concept: string }[] = [
  'Atelectasis',
  'Cardiomegaly',
  'Effusion',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pneumonia',
  'Pneumothorax',
  'Consolidation',
  'Edema',
  'Emphysema',
  'Fibrosis',
  'Pleural_Thickening',
  'Hernia',
].map((column) => ({ column, concept: column.toLowerCase().replace('_', '-') }));

/** The 14 observations of CheXpert (Irvin et al., AAAI 2019), each with the concepts that make it. */
export const CHEXPERT: readonly { observation: string; concepts: readonly string[] }[] = [
  { observation: 'No Finding', concepts: ['normal-study', 'no-acute-abnormality'] },
  { observation: 'Enlarged Cardiomediastinum', concepts: ['enlarged-mediastinum'] },
  { observation: 'Cardiomegaly', concepts: ['cardiomegaly'] },
  { observation: 'Lung Lesion', concepts: ['nodule', 'mass', 'lung-cancer', 'cavity'] },
  { observation: 'Lung Opacity', concepts: ['opacity', 'infiltration', 'interstitial-disease'] },
  { observation: 'Edema', concepts: ['edema', 'vascular-congestion'] },
  { observation: 'Consolidation', concepts: ['consolidation'] },
  { observation: 'Pneumonia', concepts: ['pneumonia', 'aspiration'] },
  { observation: 'Atelectasis', concepts: ['atelectasis'] },
  { observation: 'Pneumothorax', concepts: ['pneumothorax'] },
  { observation: 'Pleural Effusion', concepts: ['effusion'] },
  { observation: 'Pleural Other', concepts: ['pleural-thickening', 'pleural-plaque'] },
  { observation: 'Fracture', concepts: ['fracture'] },
  { observation: 'Support Devices', concepts: ['support-device'] },
];
