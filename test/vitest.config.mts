import { defineConfig } from 'vitest/config';

/** Tests that need what npm does not install (Jupyter, Chromium, PyTorch, Redis …; they say so themselves where it is missing), or much time. */
const larger = [
  'test/browser/**', 'test/notebook/kernel-jupyter.test.ts', 'test/notebook/kernel-conformance.test.ts', 'test/notebook/display-page.test.ts', 'test/explorer/*page.test.ts',
  'test/search/queue{,-times}.test.ts', 'test/explorer/queue.test.ts', 'test/network/torch.test.ts', 'test/peers/**',
];

/** Minutes each, with limits of time that a busy machine breaks: run with CLR_LAB_TEST_LONG. */
const long = ['test/guarantees/soak.test.ts', 'test/search/queue-kill.test.ts'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...(process.env.CLR_LAB_TEST_ALL ? [] : larger), ...(process.env.CLR_LAB_TEST_LONG ? [] : long)],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    reporters: ['default'],
    // Two cores, and most tests compute: more processes would only wait for each other.
    maxWorkers: 2,
  },
});
