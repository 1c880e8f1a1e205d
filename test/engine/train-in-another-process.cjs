// Trains as the test that starts it does, with the built library, and prints a digest of the result.
const { createHash } = require('node:crypto');
const { join } = require('node:path');
const { constant, fit, fullyConnected, split } = require(join(__dirname, '..', '..', 'dist', 'index.js'));

const [engine, settings] = process.argv.slice(2);
const { dataset, options } = JSON.parse(settings);
dataset.labels = Uint8Array.from(Object.values(dataset.labels));
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });

fit(fullyConnected({ layers: [48, 20, 10] }), parts, { ...options, schedule: constant({ eta: 0.01 }), engine }).then(({ model, history }) => {
  const hash = createHash('sha256').update(JSON.stringify(history));
  for (const [name, { data }] of Object.entries(model.parameters)) hash.update(name).update(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  process.stdout.write(hash.digest('hex'));
});
