/**
 * What runs in the page that shows a figure, not in Node: these functions are sent as text, so each must stand on its own.
 */

/** What Plotly is asked in the page. */
interface PagePlotly {
  react(graph: HTMLElement, data: unknown, layout: unknown, config: unknown): unknown;
}

/** What the figures of a page share. */
interface Page {
  Plotly?: PagePlotly;
  /** Drawings that wait for Plotly. */
  clrLabWaiting?: (() => void)[];
  /** Graphs of figures that are growing, by key. */
  clrLabGraphs?: Record<string, HTMLElement>;
}

/** A figure on its way to the page. */
export interface PageFigure {
  /** The data-clr-lab-figure of the elements to draw in. */
  readonly id: string;
  readonly data: readonly unknown[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** A growing figure keeps its graph under this key from one state to the next, so that it neither flickers nor loses a zoom. */
  readonly key?: string;
  /** The picture that stands for the figure where no scripts run: the end of its base64, and its size in pixels. */
  readonly picture?: { readonly tail: string; readonly width: number; readonly height: number };
}

/** Draws a figure as soon as Plotly is there, and then hides its picture. */
export function drawFigure(figure: PageFigure): void {
  const page = window as unknown as Page;
  const config = { responsive: false, displaylogo: false };

  /** Breaks a title that is wider than the page, at about 7.5 px a letter. */
  const breakTitle = ({ title, margin }: { title?: { text?: string }; margin?: { t?: number } }, width: number): void => {
    if (!title?.text || !margin?.t) return;
    const lines = title.text.match(new RegExp(`.{1,${Math.floor(width / 7.5)}}(?:\\s|$)|\\S+`, 'g')) ?? [];
    title.text = lines.map((line) => line.trim()).join('<br>');
    margin.t += 18 * (lines.length - 1);
  };

  /** The layout for a width: on a narrow page with the settings of meta.narrow. */
  const layoutFor = (width: number): Record<string, unknown> => {
    const layout = JSON.parse(JSON.stringify(figure.layout)) as Record<string, unknown>;
    const narrow = width < 600 ? (layout['meta'] as { narrow?: Record<string, unknown> } | undefined)?.narrow ?? {} : {};
    for (const path of Object.keys(narrow)) {
      const keys = path.split(/[.[\]]+/).filter(Boolean);
      const last = keys.pop()!;
      let target: Record<string, unknown> = layout;
      for (const key of keys) target = (target[key] ??= {}) as Record<string, unknown>;
      target[last] = narrow[path];
    }
    if (width < 600) breakTitle(layout as { title?: { text?: string }; margin?: { t?: number } }, width);
    return Object.assign(layout, { width, uirevision: 'kept' });
  };

  /** Hides the nearest picture before the figure that is this figure's. */
  const hidePicture = (host: HTMLElement): void => {
    const { tail, width, height } = figure.picture!;
    const own = Array.from(document.images).filter((image) =>
      host.compareDocumentPosition(image) & Node.DOCUMENT_POSITION_PRECEDING
      && (image.src.startsWith('data:') ? image.src.replace(/\s|%0A/g, '').endsWith(tail) : image.naturalWidth === width && image.naturalHeight === height));
    const image = own.pop();
    if (image) (image.closest<HTMLElement>('.output_area, .jp-OutputArea-child, .clr-lab-picture') ?? image).style.display = 'none';
  };

  const drawIn = (host: HTMLElement): void => {
    const kept = figure.key === undefined ? undefined : (page.clrLabGraphs ??= {})[figure.key];
    const graph = host.appendChild(kept ?? document.createElement('div'));
    if (figure.key !== undefined) page.clrLabGraphs![figure.key] = graph;
    let drawn = 0;
    const fit = (): void => {
      const width = host.clientWidth;
      if (width === 0 || width === drawn) return;
      drawn = width;
      page.Plotly!.react(graph, figure.data as unknown[], layoutFor(width), config);
    };
    fit();
    new ResizeObserver(fit).observe(host);
    if (figure.picture) hidePicture(host);
  };

  const draw = (): void => {
    document.querySelectorAll<HTMLElement>(`[data-clr-lab-figure="${figure.id}"]`).forEach((host) => {
      if (host.childElementCount === 0) drawIn(host);
    });
  };
  if (page.Plotly) draw();
  else (page.clrLabWaiting ??= []).push(draw);
}

/** Unpacks Plotly (gzip, base64) unless the page has it, and draws the figures that wait for it. */
export async function unpackPlotly(packed: string): Promise<void> {
  const page = window as unknown as Page;
  if (!page.Plotly) {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const script = document.createElement('script');
    script.textContent = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
    if (!page.Plotly) document.head.appendChild(script).remove();
  }
  (page.clrLabWaiting ?? []).splice(0).forEach((draw) => draw());
}
