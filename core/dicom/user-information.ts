/** The user information of an A-ASSOCIATE PDU: what each side can take, and who it is (PS3.8 Annex D, PS3.7 Annex D.3.3). */
import { ascii, ITEM, invalidItem, item, items, textOf, uidOf } from './associate-item.ts';
import { MAX_PRESENTATION_CONTEXTS } from './limits.ts';

export interface UserInformation {
  /** what this side receives at most in one P-DATA-TF PDU; 0: no limit (PS3.8 D.1) */
  maxLength: number;
  implementationClassUid: string;
  implementationVersionName: string;
  /** asynchronous operations window (PS3.7 D.3.3.3), null where absent: one at a time */
  asyncOperations: { invoked: number; performed: number } | null;
  roles: RoleSelection[];
}

/** SCP/SCU role selection (PS3.7 D.3.3.4). */
export interface RoleSelection {
  sopClassUid: string;
  scu: boolean;
  scp: boolean;
}

/** What holds where a PDU has no user information. */
export function noUserInformation(): UserInformation {
  return {
    maxLength: 0,
    implementationClassUid: '',
    implementationVersionName: '',
    asyncOperations: null,
    roles: [],
  };
}

/** Throws DICOM_PDU_INVALID. */
export function decodeUserInformation(value: Buffer): UserInformation {
  const user = noUserInformation();
  for (const sub of items(value)) {
    if (sub.type === ITEM.MAX_LENGTH) user.maxLength = fourBytes(sub.value).readUInt32BE(0);
    if (sub.type === ITEM.IMPLEMENTATION_CLASS) user.implementationClassUid = uidOf(sub.value);
    if (sub.type === ITEM.IMPLEMENTATION_VERSION) user.implementationVersionName = textOf(sub.value);
    if (sub.type === ITEM.ASYNC_OPERATIONS) {
      const window = fourBytes(sub.value);
      user.asyncOperations = { invoked: window.readUInt16BE(0), performed: window.readUInt16BE(2) };
    }
    if (sub.type === ITEM.ROLE && user.roles.length < MAX_PRESENTATION_CONTEXTS)
      user.roles.push(decodeRole(sub.value));
  }
  return user;
}

export function encodeUserInformation(user: UserInformation): Buffer {
  const maxLength = Buffer.alloc(4);
  maxLength.writeUInt32BE(user.maxLength);
  const parts = [
    item(ITEM.MAX_LENGTH, maxLength),
    item(ITEM.IMPLEMENTATION_CLASS, ascii(user.implementationClassUid)),
  ];
  if (user.asyncOperations !== null) {
    const window = Buffer.alloc(4);
    window.writeUInt16BE(user.asyncOperations.invoked, 0);
    window.writeUInt16BE(user.asyncOperations.performed, 2);
    parts.push(item(ITEM.ASYNC_OPERATIONS, window));
  }
  for (const role of user.roles) parts.push(encodeRole(role));
  if (user.implementationVersionName !== '')
    parts.push(item(ITEM.IMPLEMENTATION_VERSION, ascii(user.implementationVersionName)));
  return item(ITEM.USER_INFORMATION, ...parts);
}

function decodeRole(value: Buffer): RoleSelection {
  const length = value.length >= 2 ? value.readUInt16BE(0) : 0;
  if (value.length < 4 + length) throw invalidItem('role selection is too short');
  return {
    sopClassUid: uidOf(value.subarray(2, 2 + length)),
    scu: value[2 + length] === 1,
    scp: value[3 + length] === 1,
  };
}

function encodeRole({ sopClassUid, scu, scp }: RoleSelection): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sopClassUid.length);
  return item(ITEM.ROLE, length, ascii(sopClassUid), Buffer.from([scu ? 1 : 0, scp ? 1 : 0]));
}

function fourBytes(value: Buffer): Buffer {
  if (value.length !== 4) throw invalidItem('a user information item has the wrong length');
  return value;
}
