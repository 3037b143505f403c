/** The answers for `inputs` in their order, `atOnce` of them under way; no faster than they are taken. */
export async function* inOrder<T, R>(
  inputs: readonly T[],
  atOnce: number,
  work: (input: T) => Promise<R>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  for (const [position, input] of inputs.entries()) {
    const promise = work(input);
    promise.catch(() => undefined); // heard of when its turn comes
    started.push(promise);
    const due = started[position - atOnce + 1];
    if (due !== undefined) yield await due;
  }
  yield* await Promise.all(started.slice(Math.max(0, inputs.length - atOnce + 1)));
}
