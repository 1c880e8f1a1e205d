import { requireEta } from './requirements';
import type { Schedule } from './schedule';

export interface ConstantOptions {
  /** The learning rate. */
  readonly eta: number;
}

/** The same learning rate at every update. */
export function constant({ eta }: ConstantOptions): Schedule {
  requireEta('eta', eta);
  return () => eta;
}
