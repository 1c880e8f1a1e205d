import { expect, test } from 'vitest';
import { medianPruner, type ObservedTrial, successiveHalving } from '../../src/search/pruner';

/** A trial with these values after updates 0, 100, 200, … */
const trial = (number: number, values: readonly number[], state: ObservedTrial['state'] = 'complete'): ObservedTrial => ({ number, state, values: values.map((value, k) => ({ update: 100 * k, value })) });

test('the median pruner ends what is below the median of the complete trials at the same update', () => {
  const complete = [[0, 0.1, 0.9], [0, 0.2, 0.1], [0, 0.3, 0.1], [0, 0.4, 0.1]].map((values, number) => trial(number, values));
  const running = (...values: number[]) => trial(9, values, 'running');
  const prunes = medianPruner({ startupTrials: 4 });
  const judge = (one: ObservedTrial, others = complete) => prunes(one, [...others, one]);
  expect(judge(running(0, 0.24))).toBe(true); // the median at 100 is 0.25
  expect(judge(running(0, 0.25))).toBe(false);
  expect(judge(running(0, 0.6, 0.05))).toBe(false); // its best counts
  expect(judge(running(0, 0.05, 0.05))).toBe(true); // the median at 200 is 0.1
  expect(judge(running(-1))).toBe(false); // nothing is trained at update 0
  expect(judge(running(0, 0.01), complete.slice(1))).toBe(false); // too few
  expect(judge(running(0, 0.01), [...complete.slice(1), trial(4, [0, 1], 'pruned')])).toBe(false); // a pruned one is not complete
  expect(medianPruner({ startupTrials: 4, warmupUpdates: 200 })(running(0, 0.01), complete)).toBe(false);
});

test('successive halving promotes the best 1/factor at each rung', () => {
  const prunes = successiveHalving({ minUpdates: 100, factor: 2 }); // rungs at 100, 200, 400
  const at100 = [0.1, 0.2, 0.3].map((value, number) => trial(number, [0, value], 'pruned'));
  const judge = (values: readonly number[], others = at100) => {
    const one = trial(9, values, 'running');
    return prunes(one, [...others, one]);
  };
  expect(judge([0.9])).toBe(false); // no rung yet
  expect(judge([0, 0.01], [])).toBe(false); // the first is the best
  expect(judge([0, 0.25])).toBe(false); // second of four
  expect(judge([0, 0.15])).toBe(true); // third of four
  expect(judge([0, 0.25, 0.01], [trial(0, [0, 0.3, 0.5]), trial(1, [0, 0.1])])).toBe(true); // at the rung of 200: second of two
  expect(judge([0, 0.9, 0.9, 0], [trial(0, [0, 0, 0, 1])])).toBe(false); // there is no rung at 300
  expect(judge([0, 0.9, 0.9, 0.9, 0], [trial(0, [0, 0, 0, 0, 1])])).toBe(true); // but at 400
});

test('a trial that is measured rarely meets the rungs that it went past', () => {
  const prunes = successiveHalving({ minUpdates: 10, factor: 2 });
  expect(prunes(trial(1, [0, 0.1], 'running'), [trial(0, [0, 0.5]), trial(1, [0, 0.1], 'running')])).toBe(true);
});

test('what makes no sense is refused', () => {
  expect(() => successiveHalving({ minUpdates: 0 })).toThrow('minUpdates is 0; a number of updates, 1 or more, would be right');
  expect(() => successiveHalving({ minUpdates: 1, factor: 1 })).toThrow('factor is 1; a number above 1 would be right');
});
