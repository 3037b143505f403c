import { tagName } from '../../../core/dicomweb/dictionary.ts';
import { type JsonDataSet, jsonNumber, jsonStrings } from '../../../core/dicomweb/json-model.ts';
import type { SearchLevel, SearchQuery } from '../../../core/dicomweb/search-query.ts';
import { levelOf } from './attribute-levels.ts';
import type { SearchMatch } from './search-images.ts';

/** What a result of QIDO-RS has without being asked (PS3.18 Tables 10.6.3-3 to 10.6.3-5). */
const ATTRIBUTES: Readonly<Record<SearchLevel, readonly string[]>> = {
  STUDY: [
    '00080005',
    '00080020',
    '00080030',
    '00080050',
    '00080090',
    '00080201',
    '00081030',
    '00100010',
    '00100020',
    '00100030',
    '00100040',
    '0020000D',
    '00200010',
  ],
  SERIES: ['00080005', '00080060', '00080201', '0008103E', '0020000E', '00200011', '00400244', '00400245'],
  INSTANCE: [
    '00080005',
    '00080016',
    '00080018',
    '00080201',
    '00200013',
    '00280008',
    '00280010',
    '00280011',
    '00280100',
  ],
};

const LEVELS: Readonly<Record<SearchLevel, readonly SearchLevel[]>> = {
  STUDY: ['STUDY'],
  SERIES: ['STUDY', 'SERIES'],
  INSTANCE: ['STUDY', 'SERIES', 'INSTANCE'],
};

/**
 * One result: attributes of its own level from the header of one of its objects, and what the index counts. Levels above
 * are in it where the request does not name them (`from` is the highest level that is due).
 */
export function resultOf(
  match: SearchMatch,
  header: JsonDataSet,
  level: SearchLevel,
  from: SearchLevel,
  { include }: Pick<SearchQuery, 'include'>,
  base: string,
): JsonDataSet {
  const { image } = match;
  const levels = LEVELS[level].slice(LEVELS[level].indexOf(from));
  const wanted = new Set(levels.flatMap((one) => ATTRIBUTES[one]));
  if (include !== 'all') for (const tag of include) wanted.add(tagName(tag));
  const chosen = Object.entries(header).filter(
    ([name]) => wanted.has(name) || (include === 'all' && levels.includes(levelOf(name))),
  );
  const place =
    level === 'STUDY'
      ? `/studies/${image.study}`
      : level === 'SERIES'
        ? `/studies/${image.study}/series/${image.series}`
        : `/studies/${image.study}/series/${image.series}/instances/${image.instance}`;
  const counted: JsonDataSet = {
    '00080056': jsonStrings('CS', ['ONLINE']),
    '00081190': jsonStrings('UR', [`${base}${place}`]),
    '0020000D': jsonStrings('UI', [image.study]),
    ...(level === 'STUDY'
      ? {
          '00080061': jsonStrings('CS', match.modalities),
          '00201206': jsonNumber('IS', match.series),
          '00201208': jsonNumber('IS', match.instances),
        }
      : { '0020000E': jsonStrings('UI', [image.series]) }),
    ...(level === 'SERIES' ? { '00201209': jsonNumber('IS', match.instances) } : {}),
    ...(level === 'INSTANCE' ? { '00080018': jsonStrings('UI', [image.instance]) } : {}),
  };
  return { ...Object.fromEntries(chosen), ...counted };
}
