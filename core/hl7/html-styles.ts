/** True where an element's `style` keeps it from being seen. */
export function isUnseenByStyle(style: string): boolean {
  return style !== '' && UNSEEN.test(style.slice(0, MAX_STYLE));
}

/** True where an element's `style` strikes its text out. */
export function isStruckByStyle(style: string): boolean {
  return style !== '' && STRUCK.test(style.slice(0, MAX_STYLE));
}

const UNSEEN =
  /(?:^|[;{\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:[;!}]|$)|mso-hide\s*:\s*all)/i;
const STRUCK = /text-decoration(?:-line)?\s*:[^;}]*line-through/i;

/**
 * What the style sheets of a document hide or strike out, by rules whose selector is an element, a class or an id, or two
 * of them together (`p.old`). Longer selectors and conditions are not followed.
 */
export class HiddenBySheet {
  readonly #selectors = new Set<string>();

  add(sheet: string): void {
    for (const rule of withoutComments(sheet.slice(0, MAX_SHEET)).split('}')) {
      const open = rule.lastIndexOf('{');
      if (open === -1) continue;
      const body = rule.slice(open + 1);
      if (!isUnseenByStyle(body) && !isStruckByStyle(body)) continue;
      for (const selector of rule.slice(rule.lastIndexOf('{', open - 1) + 1, open).split(','))
        if (SIMPLE.test(selector.trim())) this.#selectors.add(selector.trim());
    }
  }

  hides(name: string, { class: classes = '', id = '' }: Record<string, string>): boolean {
    if (this.#selectors.size === 0) return false;
    const parts = classes.split(/\s+/, MAX_CLASSES).map((one) => `.${one}`);
    if (id !== '') parts.push(`#${id}`);
    return [name, ...parts, ...parts.map((part) => name + part)].some((one) => this.#selectors.has(one));
  }
}

/** A comment that is not closed goes on to the end (CSS Syntax Level 3, 4.3.2). */
function withoutComments(sheet: string): string {
  let text = '';
  let from = 0;
  for (let open = sheet.indexOf('/*'); open !== -1; open = sheet.indexOf('/*', from)) {
    text += `${sheet.slice(from, open)} `;
    const close = sheet.indexOf('*/', open + 2);
    from = close === -1 ? sheet.length : close + 2;
  }
  return (text + sheet.slice(from)).replace(/<!--|-->/g, ' ');
}

const SIMPLE = /^(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?$/i;
const MAX_STYLE = 2_000;
const MAX_SHEET = 256 * 1024;
const MAX_CLASSES = 20;
