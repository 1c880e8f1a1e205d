/** Thrown when a search cannot go on with its queue: Redis cannot be reached or refuses us, or the study is another one there. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}
