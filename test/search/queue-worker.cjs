// A worker of a queue in a process of its own: node queue-worker.cjs JOB, a JSON of { dataset, store, queue, name, … }. Ends as `clr-lab worker` does.
const { attachDataset } = require('../../dist/data/attach-dataset.js');
const { openStore } = require('../../dist/runs/store.js');
const { serveQueue } = require('../../dist/search/queue/serve-queue.js');

const { dataset, store, ...options } = JSON.parse(process.argv[2]);
const finish = new AbortController();
process.on('SIGTERM', () => finish.abort());
serveQueue({ ...options, dataset: attachDataset(dataset), store: openStore({ directory: store }), finish: finish.signal, onMessage: (text) => process.stdout.write(`${text}\n`) }).then(() => process.exit(), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
