/** What the tests use of dcmjs, which ships no types. */
declare module 'dcmjs' {
  interface Element {
    vr: string;
    Value: unknown[];
  }
  class DicomDict {
    constructor(meta: Record<string, Element>);
    meta: Record<string, Element>;
    dict: Record<string, Element>;
    write(options?: { allowInvalidVRLength?: boolean }): ArrayBuffer;
  }
  const dcmjs: {
    data: {
      DicomDict: typeof DicomDict;
      DicomMessage: {
        readFile(bytes: ArrayBuffer, options?: { ignoreErrors?: boolean; untilTag?: string }): DicomDict;
      };
      DicomMetaDictionary: {
        /** by `(0008,0018)` */
        dictionary: Record<string, { vr: string } | undefined>;
        /** by keyword */
        nameMap: Record<string, { tag: string } | undefined>;
        naturalizeDataset(dict: Record<string, Element>): Record<string, unknown>;
        denaturalizeDataset(dataSet: Record<string, unknown>): Record<string, Element>;
      };
    };
    log: { setLevel(level: string): void };
  };
  export default dcmjs;
}
