// Trains one run in a process of its own, `times` times over: node run-process.cjs JOB, a JSON of { dataset, settings, store, times, threads }.
const { attachDataset } = require('../../dist/data/attach-dataset.js');
const { runOnce } = require('../../dist/runs/run.js');
const { openStore } = require('../../dist/runs/store.js');

const { dataset, settings, store: directory, times = 1, threads, checkpointEverySeconds = 10 } = JSON.parse(process.argv[2]);
(async () => {
  for (let time = 0; time < times; time++) {
    await runOnce(settings, attachDataset(dataset), {
      store: openStore({ directory }), fresh: times > 1, threads, checkpointEverySeconds,
      onMeasurement: ({ update }) => process.stdout.write(`${update}\n`),
    });
  }
})().catch((error) => {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
});
