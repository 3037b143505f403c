/** Writes pickles of protocol 2, opcode by opcode, for tests. */
type Part = Buffer | string;

const op = (code: number | string, ...rest: Part[]): Buffer =>
  Buffer.concat([
    typeof code === 'string' ? Buffer.from(code, 'latin1') : Buffer.from([code]),
    ...rest.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  ]);

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

export const pickle = (...body: Buffer[]): Buffer => Buffer.concat([op(0x80, '\x02'), ...body, op('.')]);
export const text = (value: string): Buffer => op('X', int32(Buffer.byteLength(value)), Buffer.from(value));
export const int = (value: number): Buffer => op('J', int32(value));
export const tuple = (...items: Buffer[]): Buffer => op('(', ...items, op('t'));
export const list = (...items: Buffer[]): Buffer => op(']', op('('), ...items, op('e'));
export const dict = (...items: Buffer[]): Buffer => op('}', op('('), ...items, op('u'));
export const global = (module: string, name: string): Buffer => op('c', `${module}\n${name}\n`);
export const call = (callee: Buffer, args: Buffer): Buffer => Buffer.concat([callee, args, op('R')]);
export const persistent = (id: Buffer): Buffer => Buffer.concat([id, op('Q')]);
export const long = (bytes: Buffer): Buffer => op(0x8a, Buffer.from([bytes.length]), bytes);
export const no = (): Buffer => op(0x89);
export const raw = (code: number | string): Buffer => op(code);
