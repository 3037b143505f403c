import PostalMime from 'postal-mime';
import { InterleaveError } from '../errors.ts';
import { MAX_DOCUMENT_WRAPPERS } from './limits.ts';

/** True for a MIME entity (RFC 2045), as some senders put one into ED.5: it begins with its headers. */
export function isMime(text: string): boolean {
  return /^\s*(?:mime-version|content-(?:type|transfer-encoding|disposition|id))[ \t]*:/i.test(
    text.slice(0, 200),
  );
}

/**
 * What a MIME entity holds: the bodies to read, pictures left out; of two forms of the same (multipart/alternative) the one
 * laid out. Throws `HL7_DOCUMENT_UNREADABLE`.
 */
export async function mimeContents(text: string): Promise<(Buffer | string)[]> {
  const email = await PostalMime.parse(Buffer.from(text.trimStart(), 'utf8'), {
    maxNestingDepth: MAX_DOCUMENT_WRAPPERS * 4,
  }).catch((cause: unknown) => {
    throw new InterleaveError('HL7_DOCUMENT_UNREADABLE', 'The MIME cannot be read.', { cause });
  });
  const body = email.html?.trim() ? email.html : (email.text ?? '');
  const attached = email.attachments.flatMap(({ content, mimeType }) =>
    /^(?:image|audio|video)\//i.test(mimeType)
      ? []
      : [typeof content === 'string' ? content : Buffer.from(new Uint8Array(content))],
  );
  const contents = [...(body.trim() === '' ? [] : [body]), ...attached];
  if (contents.length === 0) throw new InterleaveError('HL7_DOCUMENT_UNREADABLE', 'The MIME holds no text.');
  return contents;
}
