/** Thrown when the store of runs cannot be written or read, for reasons outside of it: a full disk, a folder that may not be written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the disk is full: no file may grow so large',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a file stands where a folder should be',
  ENOENT: 'the folder is gone and cannot be made',
};

/** An error of the file system as a StoreError that says what is safe and what to do. */
export function storeError(error: unknown, directory: string, action: string): StoreError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = reasons[code] === undefined ? message : `${reasons[code]} (${code})`;
  return new StoreError(
    `The store of runs in ${directory}: ${action} failed: ${reason}. What was stored before is unharmed. ` +
      'Make room or name another folder in CLR_LAB_RUNS.',
    { cause: error },
  );
}
