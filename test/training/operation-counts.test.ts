import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { split } from '../../src/data/split';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { fullyConnected } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { CHUNK } from '../../src/training/chunks';
import { fit } from '../../src/training/fit';
import { type CountedProgram, countingEngine, countNodes, passesOver } from '../support/counting-engine';
import { randomDataset } from '../support/random-dataset';

// What costs time, in counts that no other process on the machine changes. A number that grows is a step back in speed: it wants a reason.
// One that shrinks is to be written here.
const EXPECTED = {
  /** Nodes of the graph of an update, and around its scan. */
  updateNodes: { body: 29, graph: 5 },
  /** Reads and writes of a tensor of W1's shape in an update: the product forward, the decay (2), the product that adds the gradient (2). */
  passesOverW1: 5,
  /** Reads and writes of a mini-batch of images in an update. */
  passesOverImages: 9,
  /** Nodes of the graph that measures a chunk of images, and around its scan: for one network, and for sixteen together. */
  evaluationNodes: { body: 17, graph: 18 },
  evaluationOfSixteenNodes: { body: 182, graph: 243 },
  /** Reads and writes of a chunk of images in a measurement of one network, and of sixteen together. */
  passesOverChunk: { one: 4, sixteen: 4 },
  /** Calls of the engine in 32 updates with 17 measurements of two parts: at least one between any two measurements. */
  calls: { updates: 17, evaluation: 6 },
  /** Bytes given to the engine beside the parameters: the rows and eta of each update, and lambda with each call. */
  fed: { update: 408, call: 8 },
};

const [D, M, BATCH, IMAGES] = [192, 50, 100, 2 * CHUNK];
const network = fullyConnected({ layers: [D, M, 10] });
const dataset = randomDataset({ recordsPerBatch: IMAGES, width: D });
let programs: readonly CountedProgram[];

beforeAll(async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0); // an infinitely fast machine: calls are as long as they may be
  const counted = countingEngine(referenceEngine());
  programs = counted.programs;
  const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
  await fit(network, parts, { schedule: cyclical(), updates: 32, batchSize: BATCH, lambda: 0.01, engine: counted.engine, now: () => 0 });
});
afterAll(() => {
  vi.restoreAllMocks();
  dataset.remove();
});

const updating = () => programs.find(({ definition }) => definition.name === 'updates')!;
const evaluations = () => programs.filter(({ definition }) => definition.name === 'evaluation');
const passesOverChunk = (program: CountedProgram) => passesOver([CHUNK, D], program.calls.flatMap(({ operations }) => operations)) / countChunks(program);
/** Each chunk is gathered once. */
const countChunks = ({ calls }: CountedProgram) => calls.flatMap(({ operations }) => operations).filter(({ name, written }) => name === 'gather' && written.join() === `${CHUNK},${D}`).length;

test('the graphs have no more nodes', () => {
  const [one, sixteen] = evaluations();
  expect(countNodes(updating().definition)).toEqual(EXPECTED.updateNodes);
  expect(countNodes(one.definition)).toEqual(EXPECTED.evaluationNodes);
  expect(countNodes(sixteen.definition)).toEqual(EXPECTED.evaluationOfSixteenNodes);
});

test('an update goes over the weights and the images no more often', () => {
  const { operations } = updating().calls[0];
  expect(passesOver([D, M], operations)).toBe(EXPECTED.passesOverW1);
  expect(passesOver([BATCH, D], operations)).toBe(EXPECTED.passesOverImages);
});

test('a measurement goes over the images no more often', () => {
  const [one, sixteen] = evaluations();
  expect({ one: passesOverChunk(one), sixteen: passesOverChunk(sixteen) }).toEqual(EXPECTED.passesOverChunk);
});

test('the engine is called no more often, and given no more', () => {
  const evaluation = evaluations().reduce((sum, { calls }) => sum + calls.length, 0);
  expect({ updates: updating().calls.length, evaluation }).toEqual(EXPECTED.calls);
  const parameters = 8 * (D * M + M + M * 10 + 10); // the reference engine's are float64
  const { calls } = updating();
  const fed = calls.reduce((sum, call) => sum + call.fed - parameters, 0);
  expect(fed).toBe(32 * EXPECTED.fed.update + calls.length * EXPECTED.fed.call);
  expect(new Set(calls.map(({ fetched }) => fetched))).toEqual(new Set([parameters]));
});
