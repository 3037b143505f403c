/** Bytes of an act: 1,000 UIDs of 64 characters, and the rest. */
export const MAX_ACT_BODY_BYTES = 128 * 1024;
/** Objects that one act names: as many as a case holds. */
export const MAX_ACT_OBJECTS = 1_000;
/** Reports that one act names: as many as a case holds. */
export const MAX_ACT_REPORTS = 8;
/** Cases that one act names beside the first. */
export const MAX_ACT_CASES = 100;
/** Characters of a reason, and of what was said. */
export const MAX_ACT_TEXT_LENGTH = 2_000;
/** Characters of an actor's name, and of what an act is about. */
export const MAX_ACT_NAME_LENGTH = 128;
/** Characters of a facility or a filler number. */
export const MAX_ACT_IDENTITY_LENGTH = 512;
/** Acts a second that one address may ask for, refused ones too, and how many it may save up. */
export const MAX_ACTS_PER_SECOND = 2;
export const MAX_ACTS_BURST = 20;
