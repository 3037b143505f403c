/**
 * Does one step of the preparation. A step that takes over a second is named while it runs and when it is done, so that
 * nobody looks at a silent terminal; quicker ones are not worth a line. Everything goes to standard error, which leaves
 * standard output to what a program may read.
 */
export async function step(title, work) {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const announce = setTimeout(() => say(`· ${title} …`), ANNOUNCE_MS);
  const reassure = setInterval(() => say(`  … still ${lowerFirst(title)} (${seconds()} s)`), REASSURE_MS);
  try {
    const result = await work();
    if (Date.now() - start >= ANNOUNCE_MS) say(`✓ ${title} (${seconds()} s)`);
    return result;
  } finally {
    clearTimeout(announce);
    clearInterval(reassure);
  }
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

const ANNOUNCE_MS = 1_000;
const REASSURE_MS = 20_000;

function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
