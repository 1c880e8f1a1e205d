import { random } from '../random/random';
import { draw, type Parameters, type Space } from './space';
import type { Trial } from './trial';

/**
 * Which parameters to try: those of the `index`-th set, 0, 1, …, size − 1. The trials that have ended are there for samplers
 * that learn from them; then what is tried depends on the order in which trials end.
 */
export interface Sampler {
  ask(space: Space, index: number, ended: readonly Trial[]): Parameters;
  /** How many sets there are; undefined if there is no end. */
  size(space: Space): number | undefined;
}

/** Every combination of the grids' values, once; the last parameter changes fastest. Throws a RangeError for an interval. */
export function gridSampler(): Sampler {
  const size = (space: Space) => Object.entries(space).reduce((product, [name, dimension]) => product * gridValues(name, dimension).length, 1);
  return {
    size,
    ask(space, index) {
      let rest = index;
      const chosen = Object.entries(space)
        .reverse()
        .map(([name, dimension]): [string, number] => {
          const values = gridValues(name, dimension);
          const value = values[rest % values.length];
          rest = Math.floor(rest / values.length);
          return [name, value];
        });
      return Object.fromEntries(chosen.reverse());
    },
  };
}

/** Draws every parameter independently. The index-th set depends on the seed and the index alone. */
export function randomSampler({ seed = 1 }: { readonly seed?: number } = {}): Sampler {
  return {
    size: () => undefined,
    ask(space, index) {
      const draws = random(seed, 'parameters', index);
      return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, draw(dimension, draws)]));
    },
  };
}

/** Every combination where all parameters have grids, else random draws of seed 1. */
export function defaultSampler(space: Space): Sampler {
  return Object.values(space).every(({ kind }) => kind === 'grid') ? gridSampler() : randomSampler();
}

function gridValues(name: string, dimension: Space[string]): readonly number[] {
  if (dimension.kind === 'grid') return dimension.values;
  throw new RangeError(`the grid sampler cannot go through all values of ${name} from ${dimension.from} to ${dimension.to}; linear() or logarithmic() would be right, or randomSampler()`);
}
