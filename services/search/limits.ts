// What a request may be.
/** Bytes of a request's body. */
export const MAX_BODY_BYTES = 16 * 1024;
/** Characters of one part of an address. */
export const MAX_ADDRESS_PART = 8 * 1024;
/** Characters of the words typed. */
export const MAX_WORDS_LENGTH = 500;
/** Words of a query that are searched; the others are left out. */
export const MAX_QUERY_WORDS = 40;
/** Unknown words of a query that are compared with the names of findings. */
export const MAX_RESPELLED_WORDS = 8;
/** Numbers of records in a query that are looked up; the others are left out. */
export const MAX_QUERY_NUMBERS = 10;
/** Characters of a number of a record: a UID has up to 64 (PS3.5 9.1). A longer one is none. */
export const MAX_RECORD_NUMBER_LENGTH = 64;
/** Quoted phrases of a query. */
export const MAX_PHRASES = 5;
/** Values of one filter, and characters of one value. */
export const MAX_FILTER_VALUES = 50;
export const MAX_FILTER_VALUE_LENGTH = 64;
/** Hits of one page. */
export const MAX_PAGE_SIZE = 50;
/** How far one can page where the order is a plain sort. */
export const MAX_SORTED_DEPTH = 1_000;
/** A request that takes longer is cut off. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** Searches a second that one address may ask for, and how many it may save up. */
export const MAX_SEARCHES_PER_SECOND = 50;
export const MAX_SEARCH_BURST = 100;
/** Cases whose versions are asked for in one request. */
export const MAX_POLLED_CASES = 100;
/** Polls a second that one address may make, and how many it may save up: a page makes two in three seconds. */
export const MAX_POLLS_PER_SECOND = 50;
export const MAX_POLL_BURST = 100;
/** Addresses whose rate is remembered. */
export const MAX_RATED_ADDRESSES = 10_000;

// How readiness follows Elasticsearch.
/** Between two looks whether it answers. */
export const ELASTICSEARCH_PING_MS = 2_000;
/** An answer that takes longer is none: whoever searches would wait too long as well. */
export const ELASTICSEARCH_PING_TIMEOUT_MS = 3_000;

// How a search is made.
/** Each leg ranks this many cases; one can page as far where legs are fused. */
export const RANK_WINDOW = 200;
/** Candidates that the kNN search of a shard looks at. */
export const KNN_CANDIDATES = 400;
/** Images of a case that "more like this" looks for. */
export const MAX_SIMILAR_IMAGES = 8;
/**
 * Cosine below which a text is not near to words that name no concept; see README. This floor and the next are those of the encoder
 * that comes with us: another one states its own in its manifest (`output.floors`).
 */
export const MIN_TEXT_SIMILARITY = 0.5;
/**
 * Cosine below which the text of a case that shares no finding is not like another's. Reports of one department are alike in
 * any case: of pairs that share no abnormal finding 0.8 % come so near in 399 reports of the dev half of the Indiana set and
 * 2.8 % in 299 simulated ones (at 0.75: 4.8 % and 12 %; at 0.7: 14 % and 30 %), of pairs that share one 11 % and 50 %; with
 * vectors as the labeler makes them. Where a finding is shared, the floor does not count.
 */
export const MIN_SIMILAR_TEXT = 0.8;
/** Query vectors that are remembered, so that paging and filtering do not embed again. */
export const MAX_REMEMBERED_VECTORS = 500;
/**
 * Time for the words of one search to be embedded, with the searches before it, and an encoder that has to be opened first. A
 * search that has waited so long is answered by words only.
 */
export const MAX_EMBED_WAIT_MS = 10_000;
/** The index behind the alias is looked up again after this long. */
export const INDEX_RECHECK_MS = 5_000;

/** Rejected images that a query names, so that it does not count them: those rejected last. */
export const MAX_EXCLUDED_IMAGES = 4_096;

// What an answer holds.
/** Images of one hit. */
export const MAX_HIT_IMAGES = 4;
/** Values of one facet. */
export const MAX_FACET_VALUES = 50;
/** Characters of a hit's impression; the case view has it whole. */
export const MAX_IMPRESSION_LENGTH = 600;
/** Highlighted fragments of a hit, and characters of one. */
export const MAX_FRAGMENTS = 2;
export const FRAGMENT_LENGTH = 160;
