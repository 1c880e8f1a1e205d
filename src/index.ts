// The one door of clr-lab. Engines, tables and renderers are loaded when they are first used, not here.

export { fullyConnected, type Network } from './network/network';
export { initialise, type InitialiseOptions } from './network/initialise';
export type { HostTensor, HostTensors, Precision } from './network/host-tensor';

export type { Schedule } from './schedule/schedule';
export { constant } from './schedule/constant';
export { cyclical, type CyclicalOptions } from './schedule/cyclical';

export type { Dataset, Part } from './data/dataset';
export { partLabels } from './data/dataset';
export { openDataset, type OpenDatasetOptions } from './data/open-dataset';
export { readImages } from './data/images';
export { split, take, type Split, type SplitPlan } from './data/split';
export { fitStandardiser, type Standardiser } from './data/standardiser';

export type { Engine, EngineName } from './engine/engine';
export { openEngine, type EngineOptions } from './engine/select-engine';

export { train, type TrainingParts, type TrainingRun, type TrainOptions } from './training/train';
export { fit, type Fit } from './training/fit';
export { evaluate, type EvaluateOptions } from './training/evaluate';
export { DivergenceError } from './training/divergence-error';
export type { Checkpoint } from './training/checkpoint';
export type { History, Measurement, Scores } from './training/measurement';
export type { Model } from './training/model';
export { currentSignal } from './training/interruption';

export * from './figures';
export { comparison, table, toCsv, toDataFrame, toHtml, toText, type Comparison, type Row, type Table, type TableOptions } from './tables';
export { show, result, watch, progress, liveFigure, type Showable, type WatchOptions } from './notebook/display';
