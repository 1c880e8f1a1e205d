import type { ComponentChildren } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import { countBeyond, type Form, type NumberField, numberFields, sliderPosition, sliderSteps, sliderValue, updatesOf } from '../form';
import type { Initialisation } from '../../network/network';
import type { OptimiserDescription } from '../../network/optimiser/optimiser';
import type { SimpleSchedule } from '../../schedule/over-run';
import { DraftInput } from './draft-input';
import { rateFigure } from './figures';
import { Actions } from './actions';
import { Jobs } from './jobs';
import { usePage } from './page';
import { Plot } from './plot';

const scheduleLabels: Readonly<Record<SimpleSchedule, string>> = {
  cyclical: 'cyclical (triangular)', cosine: 'cosine, warm restarts', oneCycle: 'one cycle', linearDecay: 'linear decay', constant: 'constant',
};

const optimiserLabels: Readonly<Record<OptimiserDescription['type'], string>> = { sgd: 'gradient descent', momentum: 'momentum', nesterov: 'Nesterov', adam: 'Adam', adamW: 'AdamW' };

const initialisationLabels: Readonly<Record<Initialisation, string>> = { lecun: 'LeCun', he: 'He', glorot: 'Glorot' };

/** The left column: actions, settings, the preview of the learning rate, jobs. */
export function SettingsPanel() {
  const { state, dispatch, dark } = usePage();
  const { form } = state;
  const change = (part: Partial<Form>) => dispatch({ type: 'form', change: part });
  const preview = useMemo(() => rateFigure(form, dark), [form.schedule, form.etaMin, form.etaMax, form.stepSize, form.cycles, dark]);
  const field = (key: NumberField['key'], overrides: Partial<NumberField> = {}) => (
    <NumberControl field={{ ...numberFields.find((each) => each.key === key)!, ...overrides }} value={form[key]} onChange={(value) => change({ [key]: value })} />
  );
  const repeated = form.schedule === 'cyclical' || form.schedule === 'cosine';
  const constant = form.schedule === 'constant';
  return (
    <section class="panel settings" aria-label="Settings">
      <Actions />
      <fieldset>
        <legend>Learning rate</legend>
        <div class="preview">{preview ? <Plot figure={preview} label="Preview of the learning rate over the updates" /> : <p class="faint">No such schedule: η min must not exceed η max.</p>}</div>
        <Choice label="schedule" value={form.schedule} options={scheduleLabels} onChange={(schedule) => change({ schedule })} />
        {!constant && form.schedule !== 'oneCycle' && field('etaMin')}
        {field('etaMax', constant ? { label: 'η', help: 'learning rate' } : {})}
        {field('stepSize', repeated ? {} : { help: 'half of the updates' })}
        {repeated && field('cycles')}
        <p class="faint total">{updatesOf(form).toLocaleString('en-GB')} updates</p>
      </fieldset>
      <fieldset>
        <legend>Network and training</legend>
        <TextControl label="hidden" help="units of the hidden layers, such as 100, 50" value={form.hidden} onChange={(hidden) => change({ hidden })} />
        {field('lambda')}
        {field('batchSize')}
        {field('seed')}
        <Beyond form={form}>
          <Choice label="optimiser" value={form.optimiser} options={optimiserLabels} onChange={(optimiser) => change({ optimiser })} />
          <Choice label="weights" value={form.initialisation} options={initialisationLabels} onChange={(initialisation) => change({ initialisation })} />
          {field('dropout')}
          {field('labelSmoothing')}
          {field('shift')}
          <Tick label="flip images" help="show training images from either side" value={form.flip} onChange={(flip) => change({ flip })} />
          <Tick label="batch normalisation" help="normalise hidden layers over the mini-batch" value={form.batchNormalisation} onChange={(batchNormalisation) => change({ batchNormalisation })} />
        </Beyond>
      </fieldset>
      <fieldset>
        <legend>Data</legend>
        <Choice label="train on" value={form.trainOn} options={{ 1: 'batch 1, validate on 2', 4: 'batches 1 to 4, validate on 5', all: 'all but the last' }} onChange={(trainOn) => change({ trainOn })} />
        {form.trainOn === 'all' && field('heldOut')}
        {field('images')}
        {field('measurementsPerEpoch')}
      </fieldset>
      <Jobs />
    </section>
  );
}

/** What the report's networks have not: open as soon as the form has some of it. */
function Beyond({ form, children }: { readonly form: Form; readonly children: ComponentChildren }) {
  const count = countBeyond(form);
  const [opened, setOpened] = useState(false);
  return (
    <details class="beyond" open={opened || count > 0} onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>beyond the report{count > 0 ? ` (${count})` : ''}</summary>
      {children}
    </details>
  );
}

function Tick({ label, help, value, onChange }: { readonly label: string; readonly help: string; readonly value: boolean; readonly onChange: (value: boolean) => void }) {
  return <label class="tick" title={help}><input type="checkbox" checked={value} onChange={({ currentTarget }) => onChange(currentTarget.checked)} /> {label}</label>;
}

/** A number to drag on a slider or to type. */
function NumberControl({ field, value, onChange }: { readonly field: NumberField; readonly value: number; readonly onChange: (value: number) => void }) {
  const id = useId();
  const typed = (text: string) => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number) && number >= 0) onChange(field.whole ? Math.round(number) : number);
  };
  return (
    <div class="control" title={field.help}>
      <label for={id}>{field.label}</label>
      <input type="range" min={0} max={sliderSteps(field)} value={sliderPosition(field, value)} aria-label={field.help} aria-valuetext={String(value)} data-slider={field.key}
        onInput={({ currentTarget }) => onChange(sliderValue(field, Number(currentTarget.value)))} />
      <DraftInput id={id} inputMode="decimal" value={written(value)} data-number={field.key} onCommit={typed} />
    </div>
  );
}

function written(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential().replace('e+', 'e') : String(value);
}

function TextControl({ label, help, value, onChange }: { readonly label: string; readonly help: string; readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div class="control wide" title={help}>
      <label for={id}>{label}</label>
      <input id={id} type="text" value={value} maxLength={40} placeholder="none: a linear classifier" data-text={label} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="control wide">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {Object.entries<string>(options).map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </div>
  );
}
