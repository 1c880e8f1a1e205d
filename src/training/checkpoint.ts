import type { HostTensors } from '../network/host-tensor';
import type { History } from './measurement';

/** Where a run stood after an update. With the run's options it is enough to go on to the same bytes. */
export interface Checkpoint {
  /** The update after which it was made. */
  readonly update: number;
  /** Parameters, running averages, and what the optimiser remembers, by name. */
  readonly state: HostTensors;
  /** All measurements until then. */
  readonly history: History;
  /** Wall time of the training until then, in seconds. */
  readonly seconds: number;
}
