import { z } from 'zod';
import type { Measurement } from '../../training/measurement';

const finite = z.number({ error: 'a finite number' });
const scores = z.strictObject({ cost: finite, loss: finite, accuracy: finite });
export const count = z.int({ error: 'a whole number, 0 or more,' }).min(0, { error: 'a whole number, 0 or more,' });
export const measurement: z.ZodType<Measurement> = z.strictObject({ update: count, epoch: finite, eta: finite, train: scores, validation: scores }, { error: 'a measurement' });
export const history = z.array(measurement, { error: 'a list of measurements' });
