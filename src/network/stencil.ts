/** A formula for a derivative: Σ weight · (J(θ + plus · h) − J(θ + minus · h)) / h. */
export interface Stencil {
  readonly terms: readonly StencilTerm[];
}

interface StencilTerm {
  /** In multiples of h, as `minus`. */
  readonly plus: number;
  readonly minus: number;
  readonly weight: number;
}

/** (J(θ + h) − J(θ)) / h: error of order h. */
export const forwardDifference: Stencil = { terms: [{ plus: 1, minus: 0, weight: 1 }] };

/** (J(θ + h) − J(θ − h)) / 2h: error of order h². */
export const centredDifference: Stencil = { terms: [{ plus: 1, minus: -1, weight: 1 / 2 }] };

/** (8 (J(θ + h) − J(θ − h)) − (J(θ + 2h) − J(θ − 2h))) / 12h: error of order h⁴. */
export const fivePointStencil: Stencil = {
  terms: [
    { plus: 1, minus: -1, weight: 8 / 12 },
    { plus: 2, minus: -2, weight: -1 / 12 },
  ],
};

/** Where a stencil asks for the cost, as changes of the parameter: multiples of h, each once. */
export function offsets({ terms }: Stencil, h: number): number[] {
  return [...new Set(terms.flatMap(({ plus, minus }) => [plus * h, minus * h]))];
}

/** The derivatives, [elements], from the costs at each offset, [elements]. */
export function derivatives({ terms }: Stencil, h: number, costsAt: (offset: number) => ArrayLike<number>): Float64Array {
  const pairs = terms.map(({ plus, minus, weight }) => ({ above: costsAt(plus * h), below: costsAt(minus * h), weight }));
  return Float64Array.from({ length: pairs[0].above.length }, (_, k) =>
    pairs.reduce((total, { above, below, weight }) => total + (weight * (above[k] - below[k])) / h, 0),
  );
}
