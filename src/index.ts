// The one door of clr-lab. Engines, tables and renderers are loaded when they are first used, not here.

// The network
export { fullyConnected, type DropoutRates, type FullyConnectedOptions, type Initialisation, type Network } from './network/network';
export { initialise, type InitialiseOptions } from './network/initialise';
export type { HostTensor, HostTensors, Precision } from './network/host-tensor';

// Optimisers
export type { Optimiser, OptimiserDescription } from './network/optimiser/optimiser';
export { sgd } from './network/optimiser/sgd';
export { momentum, nesterov, type MomentumOptions } from './network/optimiser/momentum';
export { adam, adamW, type AdamOptions, type AdamWOptions } from './network/optimiser/adam';
export { optimiserFrom } from './network/optimiser/description';

// Learning rates
export type { Schedule } from './schedule/schedule';
export { chain, type ChainOptions, type ChainPart } from './schedule/chain';
export { constant, type ConstantOptions } from './schedule/constant';
export { cosine, type CosineOptions } from './schedule/cosine';
export { cyclical, type CyclicalOptions } from './schedule/cyclical';
export { cycleEnds } from './schedule/cycle-ends';
export { scheduleFrom, type ScheduleDescription } from './schedule/description';
export { exponential } from './schedule/exponential';
export { linearDecay } from './schedule/linear-decay';
export { linearWarmUp, type LinearOptions } from './schedule/linear-warm-up';
export { oneCycle, type OneCycleOptions } from './schedule/one-cycle';
export { scale, type ScaleOptions } from './schedule/scale';
export { step, type DecayOptions } from './schedule/step';

// Data
export { partLabels, type Dataset, type Part } from './data/dataset';
export { openDataset, type OpenDatasetOptions } from './data/open-dataset';
export { readImages } from './data/images';
export { split, take, type Split, type SplitPlan } from './data/split';
export { fitStandardiser, type Standardiser } from './data/standardiser';

// Engines
export type { Engine, EngineName } from './engine/engine';
export { openEngine, type EngineOptions } from './engine/select-engine';

// Training
export { train, type TrainingRun } from './training/train';
export type { TrainingParts, TrainOptions } from './training/train-options';
export type { Augmentation } from './training/augmentation';
export { fit, type Fit } from './training/fit';
export { rangeTest, type RangeTest, type RangeTestOptions, type RatePoint, type RateSuggestion } from './training/range-test';
export { evaluate, type EvaluateOptions } from './training/evaluate';
export { confusionCounts, predict, predictImages, type Predictions } from './training/predict';
export { averageModels } from './training/average';
export { accuracyOf, averagePredictions, predictTogether } from './training/ensemble';
export { snapshotsAt } from './training/snapshots';
export { DivergenceError } from './training/divergence-error';
export { currentSignal } from './training/interruption';
export type { Checkpoint } from './training/checkpoint';
export type { History, Measurement, Scores } from './training/measurement';
export type { Model } from './training/model';

// The gradient check and the sanity checks
export { checkGradients, type CheckGradientsOptions, type GradientCheck, type GradientComparison, type TensorCheck } from './training/gradient-check/check-gradients';
export { gradientErrors, wrongGradients, type GradientErrors } from './training/gradient-check/gradient-errors';
export { compareEngines, type EngineErrors } from './training/gradient-check/compare-engines';
export { errorAgainstStep, type StepErrors } from './training/gradient-check/error-against-step';
export { standardisedImages, type LabelledImages } from './training/gradient-check/labelled-images';
export { initialScores, overfit } from './training/gradient-check/sanity-checks';

// Runs and searches
export { runOnce, storedRun, type CompletedRun, type RunInStore, type StoredRunOptions } from './runs/run';
export { openStore, type RunStore } from './runs/store';
export type { RunSettings, RunSettingsInput } from './runs/settings';
export { bestTrial, search, type Study } from './search/search';
export type { SearchOptions } from './search/plan';
export type { RunningTrial, Trial } from './search/trial';
export { searchTime, type SearchTimeOptions } from './search/search-time';
export { linear, list, logarithmic, logUniform, uniform, type Space } from './search/space';
export { gridSampler, randomSampler, type Sampler } from './search/sampler';
export { medianPruner, successiveHalving, type Pruner } from './search/pruner';
export { among, summarise, type Alternatives, type AlternativeSummary } from './search/alternatives';
export { byParameter, narrow, seedsNeeded } from './search/narrow';
export { rankByMean, seedDeviation, type SeedSummary } from './search/seed-statistics';

// A trained network elsewhere: files for other programs, pictures from elsewhere
export { exportOnnx, exportSafetensors, exportTensorFlowJs, type ExportNotes, type ExportOnnxOptions, type TensorFlowJsFiles } from './export';
export { readImageFile } from './data/image-file';

// Figures, tables, and their display in a notebook
export * from './figures';
export { comparison, searchTable, table, toCsv, toDataFrame, toHtml, toText, type Comparison, type Row, type Table, type TableOptions } from './tables';
export { liveFigure, progress, result, show, watch, watchSearch, type Showable, type WatchOptions } from './notebook/display';

// The explorer
export { explore, type Explorer, type ExploreOptions, type ExplorerSettings } from './explorer/explore';
