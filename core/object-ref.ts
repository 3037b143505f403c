/** A stored object (raw message, DICOM object, thumbnail): `<case id>/<sha256>` in the object store. */
export interface ObjectRef {
  sha256: string;
  /** bytes */
  size: number;
  mediaType: string;
}
