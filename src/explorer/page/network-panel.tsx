import { useEffect, useMemo, useRef } from 'preact/hooks';
import { sequentialColour } from '../../figures/template';
import type { NetworkView } from '../messages';
import { usePage } from './page';
import { shown, type State } from './state';

/** The right column: what the network sees, as of the newest view. */
export function NetworkPanel() {
  const { state } = usePage();
  const { dataset } = state;
  const view = state.view?.id === shown(state) ? state.view : undefined;
  // Drawn anew only when there is something new.
  return useMemo(() => <Content view={view} dataset={dataset} />, [view, dataset]);
}

function Content({ view, dataset }: Pick<State, 'view' | 'dataset'>) {
  if (view === undefined || dataset === undefined) {
    return <section class="panel network" aria-label="Network"><header><h2>What the network sees</h2></header><p class="empty">Weights, mistakes and confusions appear here while a network trains, or for a run of the table.</p></section>;
  }
  const seen = view.view;
  return (
    <section class="panel network" aria-label="Network">
      <header><h2>What the network sees</h2><span class="faint" data-view-update={seen.update}>update {seen.update.toLocaleString('en-GB')}</span></header>
      <Weights view={seen} />
      <Confusion matrix={seen.confusion} classNames={dataset.classNames} />
      <MostWrong view={seen} classNames={dataset.classNames} />
    </section>
  );
}

const side = 32;
const area = side * side;

function Weights({ view: { weights, units, unitsInAll } }: { readonly view: NetworkView }) {
  const values = new Int8Array(bytesOf(weights).buffer);
  return (
    <div class="weights">
      <h3>First-layer weights <span class="faint">{units < unitsInAll ? `${units} of ${unitsInAll} units` : `${units} units`}</span></h3>
      <div class="tiles" role="img" aria-label={`First-layer weights of ${units} hidden units as images`}>
        {Array.from({ length: units }, (_, unit) => <ImageTile key={unit} pixels={values.subarray(unit * 3 * area, (unit + 1) * 3 * area)} offset={128} />)}
      </div>
    </div>
  );
}

/** An image of three planes; `offset` is what 0 stands for. */
function ImageTile({ pixels, offset = 0 }: { readonly pixels: ArrayLike<number>; readonly offset?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(side, side);
    for (let i = 0; i < area; i++) {
      for (let plane = 0; plane < 3; plane++) image.data[4 * i + plane] = pixels[plane * area + i]! + offset;
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return <canvas ref={canvas} width={side} height={side} />;
}

function Confusion({ matrix, classNames }: { readonly matrix: NetworkView['confusion']; readonly classNames: readonly string[] }) {
  const right = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  const all = matrix.flat().reduce((sum, count) => sum + count, 0);
  return (
    <div class="confusion">
      <h3>Confusion <span class="faint">{(100 * right / Math.max(1, all)).toFixed(1)} % of {all.toLocaleString('en-GB')} images</span></h3>
      <table>
        <caption class="unseen">Rows are classes, columns predicted classes, cells counts of images</caption>
        <thead><tr><th scope="col" class="corner">class \ predicted</th>{classNames.map((name) => <th key={name} scope="col" title={name}><span>{name}</span></th>)}</tr></thead>
        <tbody>
          {matrix.map((row, actual) => {
            const total = Math.max(1, row.reduce((a, b) => a + b, 0));
            return (
              <tr key={actual}>
                <th scope="row">{classNames[actual]}</th>
                {row.map((count, predicted) => {
                  const share = count / total;
                  return <td key={predicted} class={actual === predicted ? 'right' : ''} title={`${classNames[actual]} taken for ${classNames[predicted]}: ${count}, ${(100 * share).toFixed(0)} %`} style={{ background: sequentialColour(share), color: share > 0.5 ? '#ffffff' : '#24292f' }}>{count}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function MostWrong({ view: { mostWrong, images }, classNames }: { readonly view: NetworkView; readonly classNames: readonly string[] }) {
  const bytes = bytesOf(images);
  return (
    <div class="wrong">
      <h3>Most wrong <span class="faint">surest mistakes</span></h3>
      <ul>
        {mostWrong.map(({ row, label, predicted, probability }, i) => (
          <li key={row} title={`row ${row}: a ${classNames[label]}, taken for ${classNames[predicted]} with probability ${probability.toFixed(2)}`}>
            <ImageTile pixels={bytes.subarray(i * 3 * area, (i + 1) * 3 * area)} />
            <span>{classNames[label]}</span>
            <span class="taken">{classNames[predicted]}</span>
            <span class="faint">{(100 * probability).toFixed(0)} %</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
