import type { TextEncoder } from '../../models/sentence-encoder.ts';

export interface EncoderSpeed {
  /** of each text, as the first encoder counts */
  tokens: number;
  /** the median of the rounds */
  textsPerSecond: number;
  /** processor time by wall time: at most 1 where one thread computes */
  cores: number;
}

const TOKENS = [16, 32, 128] as const;
/** Tokens that are computed in a round, in texts of a length. */
const TOKENS_A_ROUND = 2_048;
const ROUNDS = 5;

/**
 * How many texts of 16, 32 and 128 tokens each encoder embeds a second: the same texts for all, cut from what is given, in rounds
 * that take turns, so that all of them meet the same machine.
 */
export async function encoderSpeeds(
  encoders: readonly TextEncoder[],
  given: readonly string[],
): Promise<EncoderSpeed[][]> {
  const [counting] = encoders;
  const speeds: EncoderSpeed[][] = encoders.map(() => []);
  if (counting === undefined) return speeds;
  for (const tokens of TOKENS) {
    const texts = textsOf(given.join(' ').split(/\s+/), tokens, counting);
    const rounds: { rate: number; cores: number }[][] = encoders.map(() => []);
    for (let round = 0; round <= ROUNDS; round++)
      for (const [i, encoder] of encoders.entries()) {
        const measured = await timed(encoder, texts);
        if (round > 0) rounds[i]?.push(measured);
      }
    for (const [i, measured] of rounds.entries())
      speeds[i]?.push({
        tokens,
        textsPerSecond: median(measured.map(({ rate }) => rate)),
        cores: median(measured.map(({ cores }) => cores)),
      });
  }
  return speeds;
}

async function timed(
  encoder: TextEncoder,
  texts: readonly string[],
): Promise<{ rate: number; cores: number }> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await encoder.embed(texts);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { rate: texts.length / seconds, cores: (user + system) / 1e6 / seconds };
}

/** Different texts of running words, each the longest that has at most so many tokens. */
function textsOf(words: readonly string[], tokens: number, encoder: TextEncoder): string[] {
  const texts: string[] = [];
  for (let at = 0; texts.length < TOKENS_A_ROUND / tokens && at < words.length; ) {
    let count = 1;
    while (at + count < words.length && encoder.tokensOf(words.slice(at, at + count + 1).join(' ')) <= tokens)
      count++;
    texts.push(words.slice(at, at + count).join(' '));
    at += count;
  }
  return texts.filter((text) => text.trim() !== '');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
