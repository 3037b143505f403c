/** What the elements of HTML mean for the text that a reader sees (HTML Living Standard 15.3, "Rendering"). */

/** They stand on lines of their own. */
export const BLOCK_ELEMENTS: ReadonlySet<string> = new Set(
  `address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
  form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p pre plaintext search
  section summary table tbody tfoot thead tr ul xmp`.split(/\s+/),
);

export const CELL_ELEMENTS: ReadonlySet<string> = new Set(['td', 'th']);

/** Nothing in them is seen, or it stands in for what is. */
export const UNSEEN_ELEMENTS: ReadonlySet<string> = new Set(
  `area audio base basefont canvas datalist embed frame frameset head iframe link meta noembed noframes object param rp
  script style template title video xml`.split(/\s+/),
);

/** Their text was taken back (4.7 Edits, 4.5.5 The s element). */
export const DELETED_ELEMENTS: ReadonlySet<string> = new Set(['del', 's', 'strike']);

export const PREFORMATTED_ELEMENTS: ReadonlySet<string> = new Set([
  'pre',
  'textarea',
  'listing',
  'plaintext',
  'xmp',
]);

/** Names that begin a tag; "<5 mm" and "T1 <T2" do not. */
export const ELEMENT_NAMES: ReadonlySet<string> = new Set([
  ...BLOCK_ELEMENTS,
  ...CELL_ELEMENTS,
  ...UNSEEN_ELEMENTS,
  ...DELETED_ELEMENTS,
  ...PREFORMATTED_ELEMENTS,
  ...`a abbr acronym b bdi bdo bgsound big blink br button cite code col colgroup data dfn em font i image img input ins kbd
  keygen label map mark marquee meter nobr noscript output picture progress q rb rt rtc ruby samp select slot small
  source span strong sub sup svg time track tt u var wbr`.split(/\s+/),
]);
