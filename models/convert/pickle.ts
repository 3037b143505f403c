/** What a pickle may do besides plain values; anything else is refused, so reading one never runs code. */
export interface PickleHooks {
  /** the function that stands for a global name; throws for a name that is not wanted */
  global(name: string): (...args: readonly unknown[]) => unknown;
  /** the object that stands for a persistent id */
  persistent(id: unknown): unknown;
}

const MARK = Symbol('mark');

/**
 * Reads one pickle of protocol 2 (Python library reference, `pickletools`) that starts at `offset`: numbers, strings,
 * tuples and lists (arrays), dictionaries (maps), and the calls that the hooks allow. State that `BUILD` would set
 * on an object is ignored. Returns the value and the place after the pickle.
 * @throws Error on any other opcode and on a pickle that breaks off
 */
export function unpickle(bytes: Buffer, offset: number, hooks: PickleHooks): { value: unknown; end: number } {
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = offset;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the pickle breaks off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const byte = () => take(1).readUInt8();
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new Error('the pickle breaks off');
    return take(end + 1 - at)
      .subarray(0, -1)
      .toString('latin1');
  };
  const toMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw new Error('the pickle has no mark');
    return stack.splice(mark).slice(1);
  };
  const setItems = (items: unknown[]) => {
    const target = stack.at(-1);
    if (!(target instanceof Map)) throw new Error('the pickle sets items of no dictionary');
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i], items[i + 1]);
  };

  for (;;) {
    const opcode = byte();
    switch (opcode) {
      case 0x80: // PROTO
        if (byte() !== 2) throw new Error('only pickle protocol 2 is read');
        break;
      case 0x2e: // STOP
        return { value: stack.pop(), end: at };
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(opcode === 0x88);
        break;
      case 0x4a: // BININT
        stack.push(take(4).readInt32LE());
        break;
      case 0x4b: // BININT1
        stack.push(byte());
        break;
      case 0x4d: // BININT2
        stack.push(take(2).readUInt16LE());
        break;
      case 0x8a: // LONG1
        stack.push(BigInt(`0x${Buffer.from(take(byte())).reverse().toString('hex') || '0'}`));
        break;
      case 0x58: // BINUNICODE
        stack.push(take(take(4).readUInt32LE()).toString('utf8'));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
        stack.push(toMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(stack.splice(0x84 - opcode));
        break;
      case 0x65: {
        // APPENDS
        const items = toMark();
        (stack.at(-1) as unknown[]).push(...items);
        break;
      }
      case 0x73: // SETITEM
        setItems(stack.splice(-2));
        break;
      case 0x75: // SETITEMS
        setItems(toMark());
        break;
      case 0x71: // BINPUT
        memo.set(byte(), stack.at(-1));
        break;
      case 0x72: // LONG_BINPUT
        memo.set(take(4).readUInt32LE(), stack.at(-1));
        break;
      case 0x68: // BINGET
        stack.push(memo.get(byte()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(memo.get(take(4).readUInt32LE()));
        break;
      case 0x63: // GLOBAL
        stack.push(hooks.global(`${line()}.${line()}`));
        break;
      case 0x52: {
        // REDUCE
        const [call, args] = stack.splice(-2) as [(...args: unknown[]) => unknown, unknown[]];
        stack.push(call(...args));
        break;
      }
      case 0x51: // BINPERSID
        stack.push(hooks.persistent(stack.pop()));
        break;
      case 0x62: // BUILD
        stack.pop();
        break;
      default:
        throw new Error(`the pickle holds opcode 0x${opcode.toString(16)}, which is not read`);
    }
  }
}
