/**
 * After which updates to measure: at 0, at every 1/perEpoch of an epoch (rounded to whole updates), and after the last.
 *
 * @param updates how many updates the run has
 * @param updatesPerEpoch mini-batches in an epoch
 * @param perEpoch measurements per epoch; 10 in the report's figures
 * @param also further updates, from 0 to `updates`
 */
export function measurementUpdates(updates: number, updatesPerEpoch: number, perEpoch: number, also: readonly number[] = []): number[] {
  const every = updatesPerEpoch / perEpoch;
  const at = new Set([0, ...also]);
  for (let k = 1; Math.round(k * every) < updates; k++) at.add(Math.round(k * every));
  return [...at.add(updates)].sort((a, b) => a - b);
}
