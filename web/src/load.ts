import { type Inputs, useEffect, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

export interface Loaded<T> {
  /** the last answer, kept while a new one is awaited and where it fails */
  data: T | null;
  error: ApiError | null;
  loading: boolean;
}

/** Loads something whenever `inputs` change; an answer that comes too late is dropped. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, inputs: Inputs): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>({ data: null, error: null, loading: true });
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: null, loading: false });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const known =
          error instanceof ApiError ? error : new ApiError('INTERNAL', 'Something went wrong in this page.');
        setState(({ data }) => ({ data, error: known, loading: false }));
      },
    );
    return () => controller.abort();
  }, inputs);
  return state;
}
