/** What Node is told when it starts a service, beside `--enable-source-maps`, by the name of the service. */
export const NODE_FLAGS: Readonly<Record<string, readonly string[]>> = {
  // Each read from a socket is 64 KiB that V8 did not make. A small young generation lets go of them early; otherwise they
  // force collections of the whole heap, many a second (docs/performance.md, "What a C-STORE of 0.5 MB costs").
  'dicom-gateway': ['--max-semi-space-size=1'],
};
