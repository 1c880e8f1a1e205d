import { expect, test } from 'vitest';
import { claims, judgeClaims } from '../../src/report/claims';
import type { ReportResults } from '../../src/report/results';

/** The report's own numbers, as our notebooks would state them. */
const asReported: Record<string, Record<string, unknown>> = {
  'gradient-check': {
    float64: { W1: { forward: 1.1e-4, centred: 2.8e-7, centredNorm: 1e-9 }, b2: { forward: 1.9e-5, centred: 9.5e-10, centredNorm: 1e-10 } },
    overfit: { trainLoss: 1.15, validationLoss: 1.66, trainAccuracy: 0.62, validationAccuracy: 0.438 },
  },
  'figure-3': { testAccuracy: 0.4571 },
  'figure-4': { testAccuracy: 0.4737 },
  'coarse-search': {
    trials: [
      ...[1e-5, 0.0429, 0.1].map((lambda, k) => ({ lambda, validationAccuracy: [0.5108, 0.449, 0.38][k], search: 'linear 1e-5 to 1e-1' })),
      { lambda: 3.4e-6, validationAccuracy: 0.5138, search: 'linear 1e-7 to 1e-5' },
      { lambda: 3.4e-6, validationAccuracy: 0.1, search: 'log-uniform 1e-7 to 1e-1' },
    ],
  },
  'fine-search': { trials: [{ lambda: 1.043e-6, validationAccuracy: 0.5214, search: 'linear' }, { lambda: 1.986e-6, validationAccuracy: 0.518, search: 'linear' }] },
  'final-run': { testAccuracy: 0.513 },
};

function results(changes: Record<string, Record<string, unknown>> = {}, status: 'ok' | 'error' = 'ok'): ReportResults {
  const notebooks = Object.fromEntries(Object.entries({ ...asReported, ...changes }).map(([name, stated]) => [name, { status, seconds: 1, results: stated }]));
  return { dataset: { name: 'cifar10', checksum: '', images: 60000 }, engine: 'onnx', versions: {}, machine: {}, parameters: {}, notebooks };
}

test("the report's own numbers agree with it, but for what it contradicts itself", () => {
  const judged = judgeClaims(results());
  expect(judged).toHaveLength(claims.length);
  expect(judged.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
  expect(judged.filter(({ verdict }) => verdict === 'cannot be right').map(({ report }) => report)).toEqual(['9.5e-10 to 2.8e-7', '32.832\u00a0%', '46\u00a0%']);
});

test('what is too far off differs', () => {
  const verdictOf = (changes: Record<string, Record<string, unknown>>, words: string) => judgeClaims(results(changes)).find(({ claim }) => claim.includes(words))?.verdict;
  expect(verdictOf({ 'figure-3': { testAccuracy: 0.4 } }, 'one cycle')).toBe('differs');
  expect(verdictOf({ 'final-run': { testAccuracy: 0.55 } }, 'final run, lambda')).toBe('differs');
  expect(verdictOf({ 'gradient-check': { ...asReported['gradient-check'], overfit: { trainLoss: 1.6, validationLoss: 1.66, trainAccuracy: 0.45, validationAccuracy: 0.44 } } }, 'overfits')).toBe('differs');
});

test('neither notebooks that failed, nor changed parameters, nor synthetic data are compared', () => {
  expect(judgeClaims(results({}, 'error'))).toEqual([]);
  expect(judgeClaims({ ...results(), parameters: { lambda: 1 } })).toEqual([]);
  expect(judgeClaims({ ...results(), dataset: { name: 'synthetic', checksum: '', images: 1 } })).toEqual([]);
});
