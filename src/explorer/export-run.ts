import type { RunSettings } from '../runs/settings';
import { mapDescriptions, type ScheduleDescription } from '../schedule/description';
import { etaRangeOf } from './describe-settings';
import type { DatasetInfo, Point, RunRow } from './messages';

/** A curve as CSV: one line per measurement. */
export function curveToCsv(points: readonly Point[], updatesPerEpoch: number): string {
  const header = 'update,epoch,eta,train_cost,train_loss,train_accuracy,validation_cost,validation_loss,validation_accuracy';
  const lines = points.map(([update, ...rest]) => [update, Number((update / updatesPerEpoch).toPrecision(8)), ...rest].map((value) => value ?? '').join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

/** The table of runs as CSV. */
export function runsToCsv(runs: readonly RunRow[]): string {
  const header = 'name,layers,schedule,eta_min,eta_max,step_size,updates,batch_size,lambda,seed,training_images,train_accuracy,validation_accuracy,validation_cost,seconds,finished,key';
  const lines = runs.map(({ name, key, settings: s, trainAccuracy, validationAccuracy, validationCost, seconds, finished }) => [
    quoted(name), s.layers.join('-'), s.schedule.type,
    ...Object.values(etaRangeOf(s)), s.schedule.type === 'cyclical' ? s.schedule.stepSize : '',
    s.updates, s.batchSize, s.lambda, s.seed, s.take ?? '', trainAccuracy ?? '', validationAccuracy ?? '', validationCost ?? '', seconds.toFixed(2), finished, key,
  ].join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

/** In quotes; a name that a spreadsheet would take for a formula begins with an apostrophe. */
function quoted(text: string): string {
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** The call that makes a schedule, and the functions that are in it. */
function scheduleCode({ type, ...options }: ScheduleDescription): { readonly code: string; readonly functions: ReadonlySet<string> } {
  const functions = new Set<string>([type]);
  const calls: string[] = [];
  const written = mapDescriptions(options, (description) => {
    const inner = scheduleCode(description);
    for (const name of inner.functions) functions.add(name);
    return `call ${calls.push(inner.code) - 1}`;
  });
  return { code: `${type}(${literal(written)})`.replace(/'call (\d+)'/g, (_, index: string) => calls[Number(index)]), functions };
}

/** A value as it is written in a cell. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('"', "'").replace(/'(\w+)':/g, '$1: ').replaceAll(',', ', ').replace(/^\{(.*)\}$/, '{ $1 }');
}

/** How a run trains and what its network is beyond layers, as it is written in a cell, and the functions in that. */
function beyondCode({ initialisation, batchNormalisation, dropout, optimiser, labelSmoothing, augmentation }: RunSettings): { readonly network: string; readonly training: string; readonly functions: readonly string[] } {
  const written = (options: object) => Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [`, ${key}: ${JSON.stringify(value).replaceAll('"', "'")}`])).join('');
  const { type, ...settings } = optimiser ?? { type: 'sgd' };
  return {
    network: written({ initialisation, batchNormalisation, dropout }),
    training: `${optimiser ? `, optimiser: ${type}(${JSON.stringify(settings)})` : ''}${written({ labelSmoothing, augmentation })}`,
    functions: optimiser ? [type] : [],
  };
}

/** The code of a notebook cell that repeats a run, with the same bytes on the same data, engine and versions. */
export function notebookCell(settings: RunSettings, { name }: Pick<DatasetInfo, 'name'>): string {
  const { layers, split: plan, take, schedule, updates, batchSize, lambda, seed, measurementsPerEpoch, engine } = settings;
  const beyond = beyondCode(settings);
  const rates = scheduleCode(schedule);
  const names = ['evaluate', 'fullyConnected', 'openDataset', 'split', 'train', 'watch', ...rates.functions, ...(take === undefined ? [] : ['take']), ...beyond.functions].sort();
  return [
    `import { ${names.join(', ')} } from 'clr-lab';`,
    '',
    `const dataset = await openDataset(${name === 'synthetic' ? '{ synthetic: true }' : ''});`,
    `const parts = split(dataset, ${literal(plan)});`,
    ...(take === undefined ? [] : [`const training = take(parts.train, ${take});`]),
    `const network = fullyConnected({ layers: ${literal(layers)}${beyond.network} });`,
    `const schedule = ${rates.code};`,
    '',
    `const run = train(network, ${take === undefined ? 'parts' : '{ ...parts, train: training }'}, { schedule, updates: ${updates}, batchSize: ${batchSize}, lambda: ${lambda}, seed: ${seed}, measurementsPerEpoch: ${measurementsPerEpoch}${beyond.training}, engine: '${engine}' });`,
    'const history = await watch(run);',
    'const test = await evaluate(run.model, parts.test, { lambda: ' + lambda + ' });',
    'console.log(`test accuracy ${(100 * test.accuracy).toFixed(2)} %`);',
    '',
  ].join('\n');
}
