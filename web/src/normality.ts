import { createContext } from 'preact';

/**
 * The concepts that state normality ("the lungs are clear"): present, they are good news, and are not shown as a
 * finding. The service's list of concepts says which they are.
 */
export const NormalConcepts = createContext<ReadonlySet<string>>(new Set());
