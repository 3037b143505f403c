/** The findings that the labeler knows, for pages, filters and tables. */
import { DEFAULT_LEXICON_DATA } from './lexicon.ts';

export interface Concept {
  /** stands in events and in the index, e.g. `pleural-thickening` */
  id: string;
  name: string;
  group: string;
}

export const CONCEPTS: readonly Concept[] = DEFAULT_LEXICON_DATA.findings.findings.map(
  ({ id, name, group }) => ({
    id,
    name,
    group,
  }),
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
