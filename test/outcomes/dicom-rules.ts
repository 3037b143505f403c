import type { Rule } from './rules.ts';

const refused = (code: string): Rule['holds'] => {
  return ({ codes }) => codes === code;
};

export const DICOM_RULES: Rule[] = [
  {
    id: 'D1',
    why: 'Stored byte for byte behind a Part 10 header of ours, one event for each accession number: an image.',
    holds: ({ became }) => became.startsWith('IMAGE'),
  },
  {
    id: 'D2',
    why: 'A key object selection or presentation state: stored, and what it names becomes a key image.',
    holds: ({ became }) => /^(?:KEY_OBJECT_SELECTION|PRESENTATION_STATE)/.test(became),
  },
  {
    id: 'D3',
    why: 'A structured report, plan, waveform or other object without pictures: stored with its event, never embedded.',
    holds: ({ became }) => /^OTHER (?:SR|RT[A-Z]+|ECG|RWV)\b/.test(became),
  },
  {
    id: 'D4',
    why: 'Its presentation context is refused at negotiation (result 3), so it is not sent: a directory of a medium (PS3.4 B.5), a colour palette or a private class is no object of a standard storage class. A site can list more (`DICOM_EXTRA_SOP_CLASSES`).',
    holds: ({ answer }) => answer.startsWith('context refused'),
  },
  {
    id: 'D5',
    why: 'The data set has no SOP Instance UID (snippets made to test a parser): C000, kept as a dead letter.',
    holds: refused('DICOM_SOP_INSTANCE_UID_MISSING'),
  },
  {
    id: 'D6',
    why: 'The data set cannot be read as far as its pixels: an element or sequence ends outside of it, as DCMTK says too. C000, kept.',
    holds: refused('DICOM_DATA_SET_UNREADABLE'),
  },
  {
    id: 'D7',
    why: 'The SOP class or instance of the data set are not those of the command: A900, kept.',
    holds: refused('DICOM_DATA_SET_MISMATCH'),
  },
  {
    id: 'S1',
    why: 'No sender could name it: the file has no usable SOP class or instance, so the sender of this table made one up to see what the gateway does with the rest.',
    holds: ({ answer }) => answer.endsWith('(named by us)'),
  },
  {
    id: 'S2',
    why: 'No accession number: filed by its study, and shown as unmatched.',
    holds: ({ became }) => became.includes(' by STUDY'),
  },
  {
    id: 'S3',
    why: 'Of an image class but without Pixel Data (header only, or made to test character sets): stored, never a picture.',
    holds: ({ became }) => /^OTHER(?! (?:SR|RT[A-Z]+|ECG|RWV)\b)/.test(became),
  },
  {
    id: 'S4',
    why: 'Two events: an accession number of its own and another in the request attributes (0040,0275).',
    holds: ({ became }) => became.includes('×'),
  },
  {
    id: 'S5',
    why: 'Became a key image because a key object selection or presentation state of the set names it, before or after it came.',
    holds: ({ became }) => became.includes('key NAMED'),
  },
  {
    id: 'S6',
    why: 'Stored and announced, not embedded: of a modality with large series, and nothing has named it (`keyImage: NONE`).',
    holds: ({ became }) => /^IMAGE.* key NONE/.test(became),
  },
  {
    id: 'S7',
    why: 'The same SOP Instance UID came before with other bytes (a set of test files holds one image in several encodings): stored beside it, and flagged DICOM_INSTANCE_CHANGED.',
    holds: ({ became }) => became.includes('DICOM_INSTANCE_CHANGED'),
  },
];
