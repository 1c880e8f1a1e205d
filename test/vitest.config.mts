import { defineConfig } from 'vitest/config';

/** Tests that need what npm does not install (Jupyter, Chromium, PyTorch, Redis …; they say so themselves where it is missing), or much time. */
const larger = [
  'test/browser/**', 'test/notebook/kernel-jupyter.test.ts', 'test/notebook/kernel-conformance.test.ts', 'test/notebook/display-page.test.ts', 'test/explorer/*page.test.ts',
  'test/search/queue{,-times}.test.ts', 'test/explorer/queue.test.ts', 'test/network/torch.test.ts', 'test/peers/**',
];

/** Minutes each, with limits of time that a busy machine breaks: run with CLR_LAB_TEST_LONG. */
const long = ['test/guarantees/soak.test.ts', 'test/search/queue-kill.test.ts'];

/** Tests that say how soon something happens: another test beside them would be measured too, so each runs alone, after all others. */
const timed = [
  'test/engine/long-runs.test.ts', 'test/training/gradient-check.test.ts', 'test/notebook/kernel.test.ts', 'test/notebook/execute.test.ts', 'test/explorer/{server,kernel,command}.test.ts',
  'test/search/queue{,-times}.test.ts',
];

const exclude = [...(process.env.CLR_LAB_TEST_ALL ? [] : larger), ...(process.env.CLR_LAB_TEST_LONG ? [] : long)];

const each = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' } as const;

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    reporters: ['default'],
    projects: [
      // Two cores, and most tests compute: more processes would only wait for each other.
      { test: { ...each, name: 'side by side', include: ['test/**/*.test.ts'], exclude: [...exclude, ...timed], maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { test: { ...each, name: 'alone', include: timed, exclude, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
