/**
 * Which groups of an RTF hold no text of the document (RTF 1.9.1, "Destinations"): tables, pictures, instructions of
 * fields, comments, index entries. A destination counts where its group begins (`isFirst`). One that is not known is left out when it stands behind `\*`, as the
 * specification asks; others are text.
 */
export function leavesOut(word: string, starred: boolean, isFirst: boolean): boolean {
  if (starred) return !STARRED_TEXT.has(word);
  return isFirst ? HIDDEN.has(word) : DATA.has(word);
}

/** What stands in them is no text, wherever in a group they are. */
const DATA: ReadonlySet<string> = new Set(['pict', 'objdata', 'fonttbl', 'colortbl', 'stylesheet']);

/** The group inside of one that is left out which holds its text, as `\shptxt` in `\shpinst`: word and outer word. */
export function bringsBack(word: string, outer: string): boolean {
  return TEXT_INSIDE.get(word) === outer;
}

/** Destinations whose text stands apart from the text around them. */
export const BLOCK_DESTINATIONS: ReadonlySet<string> = new Set([
  'header',
  'headerl',
  'headerr',
  'headerf',
  'footer',
  'footerl',
  'footerr',
  'footerf',
  'footnote',
  'shptxt',
  'dptxbxtext',
]);

const TEXT_INSIDE: ReadonlyMap<string, string> = new Map([
  ['shptxt', 'shpinst'],
  ['dptxbxtext', 'do'],
  ['ud', 'upr'],
  ['result', 'object'],
]);

const STARRED_TEXT: ReadonlySet<string> = new Set(['shptxt', 'dptxbxtext', 'ud', 'result', 'fldrslt']);

const HIDDEN: ReadonlySet<string> = new Set(
  `aftncn aftnsep aftnsepc annotation atnauthor atndate atnicn atnid atnparent atnref atntime atrfend atrfstart
  background bkmkend bkmkstart blipuid buptim category colorschememapping colortbl comment company creatim datafield
  datastore do doccomm docvar falt fchars ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffl ffname ffstattext file
  filetbl fldinst fldtype fontemb fontfile fontname fonttbl formfield ftncn ftnsep ftnsepc g generator gridtbl hl hlfr
  hlinkbase hlloc hlsrc htmltag info keycode keywords latentstyles lchars levelnumbers leveltext linkval list listlevel
  listname listoverride listoverridetable listpicture liststylename listtable lsdlockedexcept manager mhtmltag
  mmathPr nextfile nonesttables nonshppict objalias objclass objdata object objname objsect objtime oldcprops oldpprops
  oldsprops oldtprops oleclsid operator panose passwordhash pgp pgptbl picprop pict pn pnseclvl pntxta pntxtb
  printim private propname protend protstart protusertbl pxe revtbl revtim rsidtbl rxe shpinst shprslt sn sp staticval
  stylesheet subject sv tc tcn template themedata title txe ud upr userprops wgrffmtfilter windowcaption writereservation
  writereservhash xe xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl xmlopen`.split(/\s+/),
);
