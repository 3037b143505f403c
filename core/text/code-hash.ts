/** SHA-256 over the code of this folder: `npx tsx scripts/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '6b33d07d2b17a5bf9bbfe32543d71dd38894ab1a6c76ecbc0827aea855787c04';
