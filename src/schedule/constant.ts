import { requireEta } from './require-eta';
import type { Schedule } from './schedule';

/** The same learning rate at every update. */
export function constant({ eta }: { readonly eta: number }): Schedule {
  requireEta('eta', eta);
  return () => eta;
}
