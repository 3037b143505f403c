/** Text of others must not be able to steer the terminal: control characters but line breaks and tabs are shown as such. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}

/** The same as one line: a name that holds a line break does not look like two. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\u2028\u2029]/g, '�');
}
