import { useEffect, useRef } from 'preact/hooks';
import type { Figure } from '../../figures/figure';

/** What the page uses of Plotly, which a script of its own has loaded. */
interface Plotly {
  react(graph: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(graph: HTMLElement): void;
}
declare const Plotly: Plotly;

export interface PlotProps {
  readonly figure: Figure;
  readonly class?: string;
  /** What is shown, for those who cannot see it. */
  readonly label: string;
  /** Told of the width in pixels, for figures that depend on it. */
  readonly onWidth?: (width: number) => void;
  readonly toolbar?: boolean;
}

/** At most this part of the time goes into drawing, so that the page answers. */
const drawingShare = 0.3;

/** A figure as large as its place, drawn anew when either changes. */
export function Plot({ figure, class: className, label, onWidth, toolbar = false }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(figure);
  const schedule = useRef(() => {});
  latest.current = figure;

  useEffect(() => {
    const graph = place.current!;
    let [waiting, closed, free] = [false, false, 0];
    let drawn: Promise<void> = Promise.resolve();
    const draw = async () => {
      await new Promise((resolve) => setTimeout(resolve, free - performance.now()));
      waiting = false;
      const { clientWidth: width, clientHeight: height } = graph;
      if (closed || width < 40 || height < 40) return;
      const started = performance.now();
      const { data, layout } = latest.current;
      await Plotly.react(graph, data, { ...layout, width, height, autosize: false }, { displaylogo: false, displayModeBar: toolbar ? 'hover' : false, responsive: false, modeBarButtonsToRemove: ['lasso2d', 'select2d', 'autoScale2d'] });
      free = performance.now() + (performance.now() - started) / drawingShare;
    };
    // One after another: Plotly draws in steps, and whatever came between them, or the end, would find axes without a size.
    schedule.current = () => {
      if (waiting) return;
      waiting = true;
      drawn = drawn.then(draw, draw);
    };
    const observer = new ResizeObserver(() => {
      onWidth?.(graph.clientWidth);
      schedule.current();
    });
    observer.observe(graph);
    return () => {
      closed = true;
      observer.disconnect();
      void drawn.finally(() => Plotly.purge(graph));
    };
  }, []);
  useEffect(() => schedule.current(), [figure]);
  return <div ref={place} class={`plot ${className ?? ''}`} role="img" aria-label={label} />;
}
