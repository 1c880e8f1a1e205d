/**
 * Environment of a process that trains. On Linux with glibc, it keeps the memory of tensors up to 64 MB that were freed, up to 256 MB, and uses it again. By its own rules it
 * would give the memory of wide networks back after each call and take it anew, page by page, which can take as long as the training itself. Elsewhere it means nothing.
 */
export const memoryEnvironment: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(64 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
};
