/**
 * The methods that make an object iterate as a generator does: `{ ...iteration(generator), history, … }` is an iterable that can be
 * asked for more than its next value.
 */
export function iteration<T>(generator: AsyncGenerator<T, undefined>): AsyncIterableIterator<T> {
  return {
    next: () => generator.next(),
    return: () => generator.return(undefined),
    throw: (error) => generator.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
