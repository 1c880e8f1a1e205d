import { adam, adamW } from './adam';
import { momentum, nesterov } from './momentum';
import { type Optimiser, OPTIMISER_TYPES, type OptimiserDescription } from './optimiser';
import { sgd } from './sgd';

const optimisers: Readonly<Record<(typeof OPTIMISER_TYPES)[number], (settings: never) => Optimiser>> = { sgd, momentum, nesterov, adam, adamW };

/**
 * The optimiser of a description; what is left out has its default.
 *
 * @throws RangeError, naming the key, for an unknown type, an unknown key, or a value that the optimiser refuses
 */
export function optimiserFrom(description: OptimiserDescription): Optimiser {
  const { type, ...settings } = description;
  if (!OPTIMISER_TYPES.includes(type)) throw new RangeError(`type is ${JSON.stringify(type)}; ${OPTIMISER_TYPES.map((known) => `"${known}"`).join(', ')} would be right`);
  const optimiser = optimisers[type](settings as never);
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(optimiser.description, key));
  if (unknown !== undefined) throw new RangeError(`${unknown} is not a setting of ${type}, which has ${Object.keys(optimiser.description).filter((key) => key !== 'type').join(', ') || 'none'}`);
  return optimiser;
}
