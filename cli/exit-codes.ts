/** What the verbs end with; every `--help` names the ones that its verb uses. */
export const EXIT = {
  ok: 0,
  /** It failed; the sentence on standard error says why. */
  failed: 1,
  /** The command line could not be understood. */
  usage: 2,
  /** The system does not run (`up`: it runs already). */
  notRunning: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
