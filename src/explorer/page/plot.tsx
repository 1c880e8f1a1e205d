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
    let [timer, free]: [ReturnType<typeof setTimeout> | undefined, number] = [undefined, 0];
    const draw = () => {
      timer = undefined;
      const { clientWidth: width, clientHeight: height } = graph;
      if (width < 40 || height < 40) return;
      const started = performance.now();
      const { data, layout } = latest.current;
      void Plotly.react(graph, data, { ...layout, width, height, autosize: false }, { displaylogo: false, displayModeBar: toolbar ? 'hover' : false, responsive: false, modeBarButtonsToRemove: ['lasso2d', 'select2d', 'autoScale2d'] });
      free = performance.now() + (performance.now() - started) / drawingShare;
    };
    schedule.current = () => {
      timer ??= setTimeout(draw, Math.max(0, free - performance.now()));
    };
    const observer = new ResizeObserver(() => {
      onWidth?.(graph.clientWidth);
      schedule.current();
    });
    observer.observe(graph);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      Plotly.purge(graph);
    };
  }, []);
  useEffect(() => schedule.current(), [figure]);
  return <div ref={place} class={`plot ${className ?? ''}`} role="img" aria-label={label} />;
}
