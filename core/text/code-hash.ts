/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '32f7b600adc7eb05074b5d1d4b93f93e08d5de01e5f70e7a3521ba5c6d4da700';
