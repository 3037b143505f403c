/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '9b22bdf6254ce458bda73cb696ac712527bf0643ef20d9d975345946dbefc484';
