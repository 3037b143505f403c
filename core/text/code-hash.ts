/** SHA-256 over the code of this folder: `npx tsx scripts/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '96144302616f93b639a503e526e6f63baa0a344e6dae0749e1e0a6bcf6067de5';
