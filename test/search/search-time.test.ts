import { describe, expect, test } from 'vitest';
import { searchTime } from '../../src/search/search-time';

describe('searchTime', () => {
  test('counts rounds, shared cores, overhead, and what no number of workers shortens', () => {
    expect(searchTime({ trials: 100, secondsPerTrial: 10, workers: 1, overhead: 0, serial: 0 })).toBe(1000);
    expect(searchTime({ trials: 100, secondsPerTrial: 10, workers: 8, overhead: 0, serial: 0 })).toBe(130); // 13 rounds
    expect(searchTime({ trials: 100, secondsPerTrial: 10, workers: 8, cores: 2, overhead: 0, serial: 0 })).toBe(520); // four to a core
    expect(searchTime({ trials: 100, secondsPerTrial: 10, workers: 1000, overhead: 0.5, serial: 0 })).toBe(10.5); // no more than trials
    expect(searchTime({ trials: 1000, secondsPerTrial: 1, workers: 1000, overhead: 0, serial: 0.004 })).toBe(4);
  });

  test.each([[{ trials: 0 }, 'trials is 0'], [{ workers: 1.5 }, 'workers is 1.5'], [{ secondsPerTrial: -1 }, 'secondsPerTrial is -1'], [{ cores: 0 }, 'cores is 0']])('refuses %j', (change, message) => {
    expect(() => searchTime({ trials: 1, secondsPerTrial: 1, workers: 1, ...change })).toThrow(message);
  });
});
