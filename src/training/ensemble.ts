import type { Part } from '../data/dataset';
import type { EvaluateOptions } from './evaluate';
import type { Model } from './model';
import { predict, type Predictions } from './predict';

/**
 * What several networks say together: the mean of their probabilities, and the class where that is largest (the first of equals). The networks may be of
 * any shapes: of several seeds, or of the ends of one run's cycles (Huang et al. 2017, arXiv:1704.00109: snapshot ensembles).
 *
 * @throws RangeError if there are no models, or one does not fit the data
 */
export async function predictTogether(models: readonly Model[], part: Part, options: Omit<EvaluateOptions, 'lambda'> = {}): Promise<Predictions> {
  requireModels(models);
  const all: Predictions[] = [];
  for (const model of models) all.push(await predict(model, part, options));
  return averagePredictions(all);
}

/** The mean of several predictions for the same images. */
export function averagePredictions(predictions: readonly Predictions[]): Predictions {
  const [{ classes, probabilities: first }] = predictions;
  const probabilities = first.map((_, index) => predictions.reduce((sum, each) => sum + each.probabilities[index], 0) / predictions.length);
  const count = probabilities.length / Math.max(1, classes.length);
  return { probabilities, classes: classes.map((_, image) => largest(probabilities.subarray(image * count, (image + 1) * count))) };
}

/** The fraction of predictions that are the label, 0 … 1. */
export function accuracyOf({ classes }: Pick<Predictions, 'classes'>, labels: ArrayLike<number>): number {
  if (classes.length !== labels.length) throw new RangeError(`accuracyOf: ${labels.length} labels and ${classes.length} predictions; they must be as many`);
  return classes.reduce((correct, value, index) => correct + Number(value === labels[index]), 0) / classes.length;
}

export function requireModels(models: readonly Model[]): void {
  if (models.length === 0) throw new RangeError('models is empty; one trained network or more would be right');
}

function largest(values: Float64Array): number {
  return values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
}
