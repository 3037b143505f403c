import type { ApiError } from './api.ts';

/** What went wrong, with the code that the documentation explains. */
export function Problem({ error }: { error: ApiError }) {
  return (
    <div class="problem" role="alert">
      <strong>{error.message}</strong>
      <code>{error.code}</code>
    </div>
  );
}
