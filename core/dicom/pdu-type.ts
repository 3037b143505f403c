/** The types of the upper layer's PDUs (PS3.8 9.3.1) and the lengths of what stands before their contents. */
export const PDU_TYPE = {
  ASSOCIATE_RQ: 0x01,
  ASSOCIATE_AC: 0x02,
  ASSOCIATE_RJ: 0x03,
  P_DATA_TF: 0x04,
  RELEASE_RQ: 0x05,
  RELEASE_RP: 0x06,
  ABORT: 0x07,
} as const;

/** Type, reserved byte and length, before any body. */
export const PDU_HEADER_LENGTH = 6;

/** Length, context id and message control header, before any value (PS3.8 9.3.5.1). */
export const PDV_HEADER_LENGTH = 6;
