import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chain } from '../../src/schedule/chain';
import { constant } from '../../src/schedule/constant';
import { cosine } from '../../src/schedule/cosine';
import { cyclical } from '../../src/schedule/cyclical';
import { exponential } from '../../src/schedule/exponential';
import { linearDecay } from '../../src/schedule/linear-decay';
import { linearWarmUp } from '../../src/schedule/linear-warm-up';
import { oneCycle } from '../../src/schedule/one-cycle';
import { etaRange } from '../../src/schedule/over-run';
import { scale } from '../../src/schedule/scale';
import type { Schedule } from '../../src/schedule/schedule';
import { step } from '../../src/schedule/step';

const eta = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 1, max: 500 });
const gamma = fc.double({ min: 0.05, max: 1, noNaN: true });
const etas = fc.tuple(eta, eta).map(([a, b]) => ({ etaMin: Math.min(a, b), etaMax: Math.max(a, b) }));
const time = fc.integer({ min: 0, max: 5000 });

/** The rates of the updates 1 … n. */
const rates = (schedule: Schedule, n: number) => Array.from({ length: n }, (_, index) => schedule(index + 1));

/** Equal to rounding. */
function expectClose(found: readonly number[], right: readonly number[]): void {
  expect(found).toHaveLength(right.length);
  found.forEach((value, index) => expect(Math.abs(value - right[index])).toBeLessThan(1e-12));
}

describe('cosine', () => {
  test("is SGDR's formula, cycle after cycle, each of which ends at eta_min", () => {
    fc.assert(
      fc.property(etas, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), ({ etaMin, etaMax }, T0, Tmult) => {
        const schedule = cosine({ etaMin, etaMax, T0, Tmult });
        const right: number[] = [];
        for (let [cycle, length] = [0, T0]; cycle < 4; cycle++, length *= Tmult) {
          for (let T = 1; T <= length; T++) right.push(etaMin + 0.5 * (etaMax - etaMin) * (1 + Math.cos((T / length) * Math.PI)));
          expect(schedule(right.length)).toBe(etaMin);
        }
        expectClose(rates(schedule, right.length), right);
        expect(schedule(0)).toBe(etaMax);
      }),
    );
  });

  test('falls within a cycle and stays within its bounds', () => {
    fc.assert(
      fc.property(etas, count, time, ({ etaMin, etaMax }, T0, t) => {
        const schedule = cosine({ etaMin, etaMax, T0 });
        expect(schedule(t)).toBeGreaterThanOrEqual(etaMin);
        expect(schedule(t)).toBeLessThanOrEqual(etaMax);
        if (t % T0 !== 0) expect(schedule(t + 1)).toBeLessThanOrEqual(schedule(t) + 4 * (Number.EPSILON * etaMax + Number.MIN_VALUE)); // up to the rounding of two values
      }),
    );
  });
});

describe('oneCycle', () => {
  const options = fc.record({ etaMax: eta, updates: count, warmUp: fc.double({ min: 0.05, max: 0.95, noNaN: true }), divide: fc.double({ min: 1, max: 100, noNaN: true }), divideAtEnd: fc.double({ min: 1, max: 1e5, noNaN: true }) });

  test.each([
    ['cosine', (from: number, to: number, part: number) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part))],
    ['linear', (from: number, to: number, part: number) => from + (to - from) * part],
  ] as const)('in %s phases, goes up and down as PyTorch describes it', (shape, phase) => {
    fc.assert(
      fc.property(options, (given) => {
        const { etaMax, updates, warmUp, divide, divideAtEnd } = given;
        const schedule = oneCycle({ ...given, shape });
        const start = etaMax / divide;
        const right = Array.from({ length: updates }, (_, index) => {
          const t = index + 1;
          return t <= warmUp * updates ? phase(start, etaMax, t / (warmUp * updates)) : phase(etaMax, start / divideAtEnd, (t - warmUp * updates) / (updates - warmUp * updates));
        });
        expectClose(rates(schedule, updates), right);
        expect(schedule(0)).toBe(start);
        expect(schedule(warmUp * updates)).toBe(etaMax);
        for (const t of [updates, updates + 1, 10 * updates]) expect(schedule(t)).toBe(start / divideAtEnd);
      }),
    );
  });

  test('has the defaults of OneCycleLR: begins at a 25th, peaks after 30 %', () => {
    const schedule = oneCycle();
    expect([schedule(0), schedule(300), schedule(1000)]).toEqual([0.1 / 25, 0.1, 0.1 / 25 / 1e4]);
  });
});

describe.each([
  ['linearWarmUp', linearWarmUp, (etaMin: number, etaMax: number) => [etaMin, etaMax]],
  ['linearDecay', linearDecay, (etaMin: number, etaMax: number) => [etaMax, etaMin]],
] as const)('%s', (_, schedule, ends) => {
  test('is a straight line between exact ends, and stays at the second', () => {
    fc.assert(
      fc.property(etas, count, time, ({ etaMin, etaMax }, updates, t) => {
        const [from, to] = ends(etaMin, etaMax);
        const line = schedule({ etaMin, etaMax, updates });
        expect([line(0), line(updates), line(updates + t)]).toEqual([from, to, to]);
        expect(Math.abs(line(Math.min(t, updates)) - (from + (to - from) * (Math.min(t, updates) / updates)))).toBeLessThan(1e-12);
      }),
    );
  });
});

test('step multiplies by gamma after each `every` updates', () => {
  fc.assert(
    fc.property(eta, gamma, fc.integer({ min: 1, max: 30 }), (first, factor, every) => {
      const right: number[] = [];
      for (let [k, rate] = [0, first]; k < 4; k++, rate *= factor) for (let n = 0; n < every; n++) right.push(rate);
      expectClose(rates(step({ eta: first, gamma: factor, every }), 4 * every), right);
    }),
  );
});

test('exponential goes by the same factor in each update, and by gamma in `every`', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), gamma, count, fc.integer({ min: 0, max: 200 }), (first, factor, every, t) => {
      const schedule = exponential({ eta: first, gamma: factor, every });
      expect(schedule(0)).toBe(first);
      expect(schedule(t + 1) / schedule(t)).toBeCloseTo(factor ** (1 / every), 10);
      expect(schedule(every)).toBeCloseTo(factor * first, 12);
    }),
  );
});

describe('chain', () => {
  const some = fc.array(fc.record({ schedule: fc.oneof(etas.map((given) => cyclical({ ...given, stepSize: 7 })), etas.map((given) => cosine({ ...given, T0: 5 }))), updates: fc.integer({ min: 1, max: 20 }) }), { minLength: 1, maxLength: 5 });

  test('is its parts, each from its own beginning, the last without end', () => {
    fc.assert(
      fc.property(some, (parts) => {
        const right = parts.flatMap(({ schedule, updates }, index) => rates(schedule, updates + (index === parts.length - 1 ? 50 : 0)));
        expect(rates(chain({ parts }), right.length)).toEqual(right);
        expect(chain({ parts })(0)).toBe(parts[0].schedule(0));
      }),
    );
  });

  test('is associative', () => {
    fc.assert(
      fc.property(some, some, time, (a, b, t) => {
        const updates = a.reduce((sum, part) => sum + part.updates, 0);
        expect(chain({ parts: [{ schedule: chain({ parts: a }), updates }, { schedule: chain({ parts: b }), updates: 1 }] })(t)).toBe(chain({ parts: [...a, ...b] })(t));
      }),
    );
  });

  test('of a warm-up and a decay is continuous where they meet', () => {
    const schedule = chain({ parts: [{ schedule: linearWarmUp({ etaMax: 0.2, updates: 100 }), updates: 100 }, { schedule: cosine({ etaMax: 0.2, T0: 900 }), updates: 900 }] });
    const all = [schedule(0), ...rates(schedule, 1000)];
    all.slice(1).forEach((rate, index) => expect(Math.abs(rate - all[index])).toBeLessThan(0.0021));
    expect([all[0], all[100], all[1000]]).toEqual([0, 0.2, 0]);
  });

  test("makes Smith and Topin's one cycle of three straight lines", () => {
    const schedule = chain({ parts: [{ schedule: cyclical({ etaMin: 0.01, etaMax: 0.1, stepSize: 40 }), updates: 80 }, { schedule: linearDecay({ etaMin: 1e-4, etaMax: 0.01, updates: 20 }), updates: 20 }] });
    expect([0, 40, 80, 100].map(schedule)).toEqual([0.01, 0.1, 0.01, 1e-4]);
  });
});

describe('scale', () => {
  test('by a number and by a schedule multiplies', () => {
    fc.assert(
      fc.property(etas, eta, count, time, (given, factor, stepSize, t) => {
        const schedule = cyclical({ ...given, stepSize });
        expect(scale({ schedule, by: factor })(t)).toBe(factor * schedule(t));
        const by = linearDecay({ etaMin: 0, etaMax: 1, updates: 100 });
        expect(scale({ schedule, by })(t)).toBe(by(t) * schedule(t));
      }),
    );
  });

  test("gives Smith's triangular2: half the difference in each cycle", () => {
    fc.assert(
      fc.property(etas, count, fc.integer({ min: 0, max: 2000 }), ({ etaMin, etaMax }, stepSize, t) => {
        const schedule = scale({ schedule: cyclical({ etaMin, etaMax, stepSize }), by: step({ eta: 1, gamma: 0.5, every: 2 * stepSize }), above: etaMin });
        const cycle = Math.floor(1 + t / (2 * stepSize)); // as in the paper's own code, section 3.1
        const x = Math.abs(t / stepSize - 2 * cycle + 1);
        expect(schedule(t)).toBeCloseTo(etaMin + ((etaMax - etaMin) * Math.max(0, 1 - x)) / 2 ** (cycle - 1), 12);
      }),
    );
  });

  test("gives Smith's exp_range: both ends fall by gamma in each update", () => {
    const [etaMin, etaMax, stepSize, falling] = [0.01, 0.1, 50, 0.999];
    const schedule = scale({ schedule: cyclical({ etaMin, etaMax, stepSize }), by: exponential({ eta: 1, gamma: falling, every: 1 }) });
    expect(schedule(150)).toBeCloseTo(etaMax * falling ** 150, 12);
    expect(schedule(200)).toBeCloseTo(etaMin * falling ** 200, 12);
  });
});

test('etaRange has the ends of what a run uses', () => {
  expect(etaRange(cyclical({ etaMin: 0.01, etaMax: 0.1, stepSize: 10 }), 20)).toEqual({ etaMin: 0.01, etaMax: 0.1 });
  expect(etaRange(linearDecay({ etaMin: 0, etaMax: 1, updates: 10 }), 5)).toEqual({ etaMin: 0.5, etaMax: 1 });
});

test.each<[string, () => Schedule, string]>([
  ['a rate', () => cosine({ etaMax: -1 }), 'etaMax must be a finite learning rate, 0 or more, not -1'],
  ['ends', () => linearDecay({ etaMin: 1, etaMax: 0.1 }), 'etaMin must not exceed etaMax, but 1 > 0.1'],
  ['T0', () => cosine({ T0: 0 }), 'T0 must be a whole number of updates, 1 or more, not 0'],
  ['Tmult', () => cosine({ Tmult: 1.5 }), 'Tmult must be a whole number, 1 or more, not 1.5'],
  ['updates', () => oneCycle({ updates: 2.5 }), 'updates must be a whole number of updates, 1 or more, not 2.5'],
  ['warmUp', () => oneCycle({ warmUp: 1 }), 'warmUp must be a part of the cycle, above 0 and below 1, not 1'],
  ['divide', () => oneCycle({ divide: 0 }), 'divide must be a finite factor above 0, not 0'],
  ['shape', () => oneCycle({ shape: 'cos' as never }), `shape must be 'cosine' or 'linear', not "cos"`],
  ['gamma', () => step({ gamma: 0 }), 'gamma must be a finite factor above 0, not 0'],
  ['every', () => exponential({ every: -3 }), 'every must be a whole number of updates, 1 or more, not -3'],
  ['no parts', () => chain({ parts: [] }), 'parts must be a list of { schedule, updates }, one or more'],
  ['a part', () => chain({ parts: [{ schedule: constant({ eta: 1 }), updates: 0 }] }), 'parts.0.updates must be a whole number of updates, 1 or more, not 0'],
  ['a part without a schedule', () => chain({ parts: [{ schedule: 0.1 as never, updates: 1 }] }), 'parts.0.schedule must be a schedule, not 0.1'],
  ['by', () => scale({ schedule: constant({ eta: 1 }), by: NaN }), 'by must be a schedule or a finite factor, 0 or more, not NaN'],
  ['above', () => scale({ schedule: constant({ eta: 1 }), by: 1, above: -1 }), 'above must be a finite learning rate, 0 or more, not -1'],
])('refuses %s that cannot be right', (_, make, message) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});
