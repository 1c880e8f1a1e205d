import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import type { Algebra, Tensors } from '../../src/network/algebra';
import { forward } from '../../src/network/forward';
import { depth, fullyConnected, layerNumbers, type Network } from '../../src/network/network';
import { checkGradients } from '../../src/training/gradient-check/check-gradients';
import { wrongGradients } from '../../src/training/gradient-check/gradient-errors';
import type { GradientFunction } from '../../src/training/gradient-check/programs';
import { randomImages } from '../support/random-images';

/** Backpropagation written out once more, with a place for each mistake. */
interface Mistakes {
  readonly factorOfL2?: number;
  readonly biasesSummed?: boolean;
  readonly noMask?: boolean;
  readonly transposed?: boolean;
  readonly notAveraged?: boolean;
  readonly noCrossTerm?: boolean;
}

function mistaken({ factorOfL2 = 2, biasesSummed, noMask, transposed, notAveraged, noCrossTerm }: Mistakes): GradientFunction {
  return <T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T, lambda: T): Tensors<T> => {
    const { inputs, scores } = forward(A, network, parameters, X);
    const distance = A.sub(A.softmax(scores), Y);
    let G = noCrossTerm ? A.mul(distance, Y) : distance;
    if (!notAveraged) G = A.div(G, n);
    const result: Record<string, T> = {};
    for (const k of layerNumbers(network).reverse()) {
      const input = inputs[k - 1];
      const [W, XtG] = [parameters[`W${k}`], A.matmul(input, G, { transposeA: true })];
      result[`W${k}`] = A.add(transposed && k < depth(network) ? A.transpose(XtG) : XtG, A.mul(A.mul(A.scalar(factorOfL2), lambda), W));
      result[`b${k}`] = biasesSummed ? A.mul(n, A.sum(G, 0)) : A.sum(G, 0);
      const upstream = A.matmul(G, W, { transposeB: true });
      G = noMask ? upstream : A.mul(upstream, A.sign(input));
    }
    return result;
  };
}

// Square, so that a transposed product has the right shape.
const network = fullyConnected({ layers: [20, 20, 10] });
const images = randomImages(10, 20);
const check = (mistakes: Mistakes) => checkGradients(network, images, { gradient: mistaken(mistakes), lambda: 0.01, engine: onnxEngine({ precision: 'float64' }) });

test('without a mistake the check passes', async () => {
  expect(wrongGradients(await check({}))).toEqual([]);
});

describe('the check finds', () => {
  test.each([
    ['a missing factor 2 in the L2 term', { factorOfL2: 1 }, ['W1', 'W2']],
    ['bias gradients summed, not averaged', { biasesSummed: true }, ['b1', 'b2']],
    ['no mask of the ReLU', { noMask: true }, ['W1', 'b1']],
    ['a transposed product', { transposed: true }, ['W1']],
    ['a missing 1/n', { notAveraged: true }, ['W1', 'b1', 'W2', 'b2']],
    ['a softmax without its cross term', { noCrossTerm: true }, ['W1', 'b1', 'W2', 'b2']],
  ] as const)('%s', async (_, mistakes, wrong) => {
    const found = await check(mistakes);
    expect(wrongGradients(found)).toEqual(wrong);
    for (const name of wrong) expect(found.tensors[name].centred.norm, name).toBeGreaterThan(1e-3);
  });
});
