import type { ApiError } from './api.ts';

/** What went wrong, with the code that the documentation explains, and a way out. */
export function Problem({ error, onRetry }: { error: ApiError; onRetry(): void }) {
  return (
    <div class="problem" role="alert">
      <strong>{error.message}</strong>
      <code>{error.code}</code>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
