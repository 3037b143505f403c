/** Characters that a control word stands for (RTF 1.9.1, "Special Characters"): ends of lines, tabs, signs. */
export const SPECIAL: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  lbr: '\n',
  softline: '\n',
  sect: '\n',
  page: '\n',
  softpage: '\n',
  column: '\n',
  row: '\n',
  nestrow: '\n',
  cell: '\t',
  nestcell: '\t',
  tab: '\t',
  emdash: '\u2014',
  endash: '\u2013',
  emspace: ' ',
  enspace: ' ',
  qmspace: ' ',
  bullet: '\u2022',
  lquote: '\u2018',
  rquote: '\u2019',
  ldblquote: '\u201c',
  rdblquote: '\u201d',
};

/** Characters that a control symbol stands for: a backslash and one more. */
export const SYMBOLS: Readonly<Record<string, string>> = {
  '\\': '\\',
  '{': '{',
  '}': '}',
  '~': '\u00a0',
  _: '-',
  '-': '\u00ad',
  '\n': '\n',
  '\r': '\n',
  '\t': '\t',
};

/** Code pages that a control word of the document's head names. */
export const DOCUMENT_PAGES: Readonly<Record<string, number>> = { mac: 10000, pc: 437, pca: 850 };
