import { describe, expect, test } from 'vitest';
import type { Algebra, Tensors } from '../../src/network/algebra';
import { mapTensors } from '../../src/network/host-tensor';
import type { Definition } from '../../src/engine/engine';
import { referenceAlgebra } from '../../src/engine/reference/reference-algebra';
import { type AlgebraCase, algebraCases, specOf } from '../support/algebra-cases';
import { engines } from './engines';

function definitionOf({ name, inputs, compute }: AlgebraCase): Definition {
  return {
    name,
    inputs: mapTensors(inputs, specOf),
    constants: {},
    compute: <T>(A: Algebra<T>, given: Tensors<T>) => ({ result: compute(A, given) }),
  };
}

test('every operation of the algebra has a case', () => {
  const used = new Set<string>();
  const recording = new Proxy(referenceAlgebra, {
    get(target, operation: keyof typeof referenceAlgebra) {
      used.add(operation);
      return target[operation];
    },
  });
  for (const { compute, inputs } of algebraCases) compute(recording, inputs);
  expect([...used].sort()).toEqual(Object.keys(referenceAlgebra).sort());
});

describe.each(engines)('$name computes', ({ open }) => {
  test.each(algebraCases)('$name', async (algebraCase) => {
    const engine = await open();
    const program = await engine.compile(definitionOf(algebraCase));
    const { result } = await program.run(algebraCase.inputs);
    await program.dispose();
    const expected = algebraCase.compute(referenceAlgebra, algebraCase.inputs);
    expect(result.shape).toEqual(expected.shape);
    const tolerance = engine.precision === 'float32' ? 1e-6 : 1e-14;
    const scale = Math.max(1, ...Array.from(expected.data, Math.abs));
    Array.from(expected.data).forEach((value, k) => expect(Math.abs(result.data[k] - value)).toBeLessThanOrEqual(tolerance * scale));
  });

  test('names the inputs when one is missing or unknown', async () => {
    const program = await (await open()).compile(definitionOf(algebraCases[1]));
    await expect(program.run({ a: algebraCases[1].inputs.a, c: algebraCases[1].inputs.b })).rejects.toThrow("b is missing, c is not an input; its inputs are a, b");
    await program.dispose();
  });
});
