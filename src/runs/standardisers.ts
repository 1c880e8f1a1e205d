import type { Part } from '../data/dataset';
import { fitStandardiser, type Standardiser } from '../data/standardiser';
import { canonicalJson } from './canonical-json';
import type { RunSettings } from './settings';

/** So many data sets or splits are in use at once in one thread, at most. */
const kept = 4;
const fitted = new Map<string, Promise<Standardiser>>();

/** The standardiser of a run's training part. Fitting one reads all training images, so the last few are kept. */
export function standardiserFor({ split, take }: RunSettings, training: Part): Promise<Standardiser> {
  const key = canonicalJson([training.dataset.checksum, split, take ?? null]);
  const standardiser = fitted.get(key) ?? fitStandardiser(training);
  fitted.delete(key);
  fitted.set(key, standardiser); // as the last used one
  standardiser.catch(() => fitted.delete(key));
  for (const oldest of [...fitted.keys()].slice(0, -kept)) fitted.delete(oldest);
  return standardiser;
}
