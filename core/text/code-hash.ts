/** SHA-256 over the code of this folder: `npx tsx scripts/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '913242c15b30c978e7b031f7d49de4e6a3cf97132dcc434b07269b0c381eea30';
