import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constant } from '../../src/schedule/constant';
import { cyclical } from '../../src/schedule/cyclical';

const eta = fc.double({ min: 0, max: 1, noNaN: true });
const settings = fc.record({ a: eta, b: eta, stepSize: fc.integer({ min: 1, max: 5000 }) }).map(({ a, b, stepSize }) => ({ etaMin: Math.min(a, b), etaMax: Math.max(a, b), stepSize }));
const updates = fc.integer({ min: 0, max: 100_000 });

describe('a cyclical schedule', () => {
  test('stays within [eta_min, eta_max] and reaches both ends', () => {
    fc.assert(
      fc.property(settings, updates, (options, t) => {
        const schedule = cyclical(options);
        expect(schedule(t)).toBeGreaterThanOrEqual(options.etaMin);
        expect(schedule(t)).toBeLessThanOrEqual(options.etaMax);
        expect(schedule(0)).toBe(options.etaMin);
        expect(schedule(options.stepSize)).toBe(options.etaMax);
        expect(schedule(2 * options.stepSize)).toBe(options.etaMin);
      }),
    );
  });

  test('repeats itself after 2 n_s updates, and is the same there and back', () => {
    fc.assert(
      fc.property(settings, updates, (options, t) => {
        const schedule = cyclical(options);
        const period = 2 * options.stepSize;
        expect(schedule(t + period)).toBe(schedule(t));
        expect(Math.abs(schedule(period - (t % period)) - schedule(t % period))).toBeLessThan(1e-12);
      }),
    );
  });

  test('is continuous: between any two times it changes by no more than its slope allows', () => {
    fc.assert(
      fc.property(settings, fc.double({ min: 0, max: 1e5, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (options, t, step) => {
        const schedule = cyclical(options);
        const slope = (options.etaMax - options.etaMin) / options.stepSize;
        expect(Math.abs(schedule(t + step) - schedule(t))).toBeLessThanOrEqual(slope * step + 1e-9);
      }),
    );
  });
});

test('a constant schedule is that everywhere', () => {
  fc.assert(fc.property(eta, updates, (value, t) => constant({ eta: value })(t) === value));
});
