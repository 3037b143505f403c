import type { SearchLevel } from '../../../core/dicomweb/search-query.ts';

/**
 * At which level of the query an attribute stands, so that a study that is asked for with all its attributes does not come
 * with those of one of its instances (PS3.18 8.3.4.3 `all`: the attributes of the level). By the modules of PS3.3 Table
 * A.1-1: patient and study information entities (C.7.1, C.7.2); series, frame of reference and equipment (C.7.3 to C.7.5).
 * Whatever stands in neither is of the instance.
 */
export function levelOf(tag: string): SearchLevel {
  if (STUDY_GROUPS.has(tag.slice(0, 4)) && !SERIES.has(tag)) return 'STUDY';
  if (STUDY.has(tag)) return 'STUDY';
  return SERIES.has(tag) ? 'SERIES' : 'INSTANCE';
}

/** 0010 patient; 0012 clinical trial subject and study; 0032 and 0038 study and visit */
const STUDY_GROUPS: ReadonlySet<string> = new Set(['0010', '0012', '0032', '0038']);

const STUDY: ReadonlySet<string> = new Set([
  '00080005',
  '00080020',
  '00080030',
  '00080050',
  '00080051',
  '00080056',
  '00080061',
  '00080062',
  '00080090',
  '00080092',
  '00080094',
  '00080096',
  '0008009C',
  '0008009D',
  '00080201',
  '00081030',
  '00081032',
  '00081048',
  '00081049',
  '00081060',
  '00081062',
  '00081080',
  '00081084',
  '00081110',
  '00081120',
  '00081190',
  '0020000D',
  '00200010',
  '00201200',
  '00201206',
  '00201208',
  '00401012',
  '00401060',
]);

const SERIES: ReadonlySet<string> = new Set([
  '00080021',
  '00080031',
  '00080060',
  '00080064',
  '00080068',
  '00080070',
  '00080080',
  '00080081',
  '00081010',
  '0008103E',
  '0008103F',
  '00081040',
  '00081041',
  '00081050',
  '00081052',
  '00081070',
  '00081072',
  '00081090',
  '00081111',
  '00081250',
  '00120060',
  '00120071',
  '00120072',
  '00180015',
  '00181000',
  '00181002',
  '00181018',
  '00181020',
  '00181030',
  '00181050',
  '00181200',
  '00181201',
  '00185100',
  '0020000E',
  '00200011',
  '00200052',
  '00200060',
  '00201040',
  '00201209',
  '00280108',
  '00280109',
  '00280120',
  '00400244',
  '00400245',
  '00400250',
  '00400251',
  '00400253',
  '00400254',
  '00400260',
  '00400275',
  '00400280',
]);
