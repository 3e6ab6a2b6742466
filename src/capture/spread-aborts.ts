import { survive } from './survive.ts';

/**
 * Ends running profiles for as long as there is one to end: one native stop in each turn of the event loop, which stands
 * still meanwhile.
 *
 * @param findNext the id of a profile that has to end now
 * @returns looks whether there is one
 */
export function spreadAborts(findNext: () => string | undefined, abort: (id: string) => void): () => void {
  let isUnderWay = false;
  const endNext = (): void => {
    const id = findNext();
    isUnderWay = id !== undefined;
    if (id === undefined) return;
    setImmediate(endNext);
    survive(() => abort(id));
  };
  return () => {
    if (!isUnderWay) endNext();
  };
}
