import { cosine } from '../../src/schedule/cosine';
import { oneCycle } from '../../src/schedule/one-cycle';
import { step } from '../../src/schedule/step';
import * as figures from '../../src/figures';
import type { Figure } from '../../src/figures';
import type { Measurement } from '../../src/training/measurement';

/** A history like that of a training, without randomness. */
export function exampleHistory(points: number, epochs: number): Measurement[] {
  return Array.from({ length: points + 1 }, (_, i) => {
    const epoch = epochs * i / points;
    const loss = 1.2 + Math.exp(-epoch / 3) + 0.05 * Math.sin(epoch);
    const scores = (more: number): Measurement['train'] => ({ loss: loss + more, cost: loss + more + 0.2, accuracy: 0.55 - 0.45 * Math.exp(-epoch / 3) - more / 2 });
    return { update: 10 * i, epoch, eta: 0.01, train: scores(0), validation: scores(0.1) };
  });
}

/** 1e-5 to 0.1 and back in 2 · `stepSize` updates. */
export const triangular = (stepSize: number) => (t: number): number => {
  const place = t % (2 * stepSize);
  return 1e-5 + (0.1 - 1e-5) * (place <= stepSize ? place / stepSize : 2 - place / stepSize);
};

const h = [1e-1, 1e-3, 1e-5, 1e-7, 1e-9];
const errors = Array.from({ length: 200 }, (_, i) => 10 ** (-10 + 5 * Math.sin(i) ** 2));
const names = ['cat', 'dog', 'frog'];
const trials = Array.from({ length: 8 }, (_, i) => ({
  parameters: { lambda: 10 ** (-7 + i * 0.7), etaMax: 0.02 + 0.01 * ((i * 5) % 8) }, value: i === 3 ? null : 0.5 - 0.004 * (i - 2) ** 2,
}));

const stints = Array.from({ length: 9 }, (_, i): figures.TimelineTrial => ({
  number: i, state: i === 4 ? 'pruned' : i === 5 ? 'failed' : 'complete', stint: i === 8 ? null : { worker: `host-${[2, 10, 1][i % 3]}`, from: 1000 * (1e9 + Math.floor(i / 3) + 0.1 * (i % 3)), to: 1000 * (1e9 + Math.floor(i / 3) + 0.9) },
}));

/** One figure of each kind. */
export const examples: Readonly<Record<string, Figure>> = {
  'learning-curves': figures.learningCurves(exampleHistory(20, 4), { title: 'Figure 3' }),
  'learning-curves-synthetic': figures.learningCurves(exampleHistory(60, 6), { epochs: 10, synthetic: true }),
  'learning-rate': figures.learningRate(triangular(30), { updates: 60, title: 'Figure 4' }),
  'learning-rates': figures.learningRate({ cyclical: triangular(30), 'one cycle': oneCycle({ updates: 120 }), 'cosine, restarts': cosine({ T0: 40 }), step: step({ every: 50 }) }, { updates: 120 }),
  'range-test': figures.rangeTestCurve({ points: [1e-4, 1e-3, 1e-2, 1e-1, 1, 10].map((eta, i) => ({ eta, loss: [2.3, 2.2, 1.7, 1.6, 2.9, null][i] ?? null })), suggestion: { steepest: 1e-2, beforeDivergence: 1e-1 } }),
  'lines-log-log': figures.lines([{ name: 'forward', x: h, y: h }, { name: 'centred', x: h, y: h.map((x) => x * x) }], { xLog: true, yLog: true, xTitle: 'h', yTitle: 'error', marks: [{ y: 1e-7, text: 'threshold' }] }),
  histograms: figures.histograms({ W1: errors, b1: [0, 1e-9, 1e-8] }, { xLog: true, yLog: true, bins: 10, mark: 1e-7, xTitle: 'relative error' }),
  bars: figures.bars(names, [0.3, 0.45, 0.6], { title: 'Accuracy of each class' }),
  'confusion-matrix': figures.confusionMatrix([[8, 1, 1], [2, 7, 1], [0, 0, 10]], names),
  spread: figures.spread([{ x: 1e-6, values: [0.51, 0.52, 0.53] }, { x: 1e-7, values: [0.5] }], { xLog: true, xTitle: 'λ' }),
  'search-history': figures.searchHistory(trials),
  timeline: figures.timeline(stints),
  'search-times': figures.searchTimes({ measured: [{ workers: 1, seconds: 1010 }, { workers: 4, seconds: 255 }] }),
  slice: figures.slice(trials, 'lambda', { log: ['lambda'] }),
  'parallel-coordinates': figures.parallelCoordinates(trials, ['lambda', 'etaMax'], { log: ['lambda'] }),
  contour: figures.contour(trials, ['lambda', 'etaMax'], { log: ['lambda'] }),
};
