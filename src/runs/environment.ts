import { cpus, totalmem } from 'node:os';

/** Where and when a run was made. Nothing of it is part of the run's key. */
export interface RunEnvironment {
  /** What computed: 'ONNX Runtime 1.30.0, float32, 2 threads'. */
  readonly engine: string;
  readonly node: string;
  readonly platform: string;
  readonly architecture: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** When the run was finished: ISO 8601, UTC. */
  readonly finished: string;
}

export function describeEnvironment(engine: string, finished: Date): RunEnvironment {
  const processors = cpus();
  return {
    engine,
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    finished: finished.toISOString(),
  };
}
