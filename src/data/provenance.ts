import type { Dataset } from './dataset';

let openedSynthetic = false;

/** Called with every data set that is opened in this process. */
export function noteOpened({ name }: Dataset): void {
  if (name === 'synthetic') openedSynthetic = true;
}

/**
 * Whether this process has opened a synthetic data set. What is displayed from then on says so: nobody has to remember it,
 * and no figure of made-up data can pass for one of CIFAR-10.
 */
export function syntheticInUse(): boolean {
  return openedSynthetic;
}
