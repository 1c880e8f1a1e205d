import { reasonOf } from '../data/file-error';

/** Thrown when the store of runs cannot be written or read, for reasons outside of it: a full disk, a folder that may not be written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** An error of the file system as a StoreError that says what is safe and what to do. */
export function storeError(error: unknown, directory: string, action: string): StoreError {
  return new StoreError(
    `The store of runs in ${directory}: ${action} failed: ${reasonOf(error)}. What was stored before is unharmed. ` +
      'Make room or name another folder in CLR_LAB_RUNS.',
    { cause: error },
  );
}
