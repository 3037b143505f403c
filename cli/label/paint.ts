/** How a stretch of text is shown on a terminal. */
export type Style = 'present' | 'absent' | 'uncertain' | 'aside' | 'cue';

/** SGR codes (ECMA-48 8.3.117): never colour alone, since each is also bold, underlined or dim. */
const CODES: Readonly<Record<Style, string>> = {
  present: '1;31',
  absent: '36',
  uncertain: '4;33',
  aside: '2',
  cue: '35',
};

export function paint(text: string, style: Style, colour: boolean): string {
  return colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** Whether standard output is a terminal that wants colours (https://no-color.org). */
export function wantsColour(
  env: NodeJS.ProcessEnv = process.env,
  isTerminal = process.stdout.isTTY,
): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTerminal === true || (env['FORCE_COLOR'] ?? '0') !== '0';
}
