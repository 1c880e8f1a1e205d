// Searches in a process of its own: node search-process.cjs JOB, a JSON of { dataset, store, options }. Prints a line for every
// trial as it ends, and at the end one with the table of all trials.
const { attachDataset } = require('../../dist/data/attach-dataset.js');
const { openStore } = require('../../dist/runs/store.js');
const { search } = require('../../dist/search/search.js');
const { list } = require('../../dist/search/space.js');

const { dataset, store, lambdas, ...options } = JSON.parse(process.argv[2]);
(async () => {
  const study = search({ ...options, dataset: attachDataset(dataset), store: openStore({ directory: store }), space: { lambda: list(lambdas) } });
  const started = performance.now();
  for await (const { number, key, fromStore } of study) process.stdout.write(`${JSON.stringify({ number, key, fromStore })}\n`);
  const trials = study.trials.map(({ number, parameters, seed, state, value, history, key }) => ({ number, parameters, seed, state, value, history, key }));
  process.stdout.write(`${JSON.stringify({ trials, seconds: (performance.now() - started) / 1000 })}\n`);
})().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
