/**
 * What runs in the notebook that shows an explorer, not in Node: this function is sent as text, so it must stand on its own.
 */

/** An explorer on its way to a notebook. */
export interface CellExplorer {
  /** The id of the element to show it in. */
  readonly id: string;
  readonly port: number;
  /** '/TOKEN/'. */
  readonly path: string;
  /** The settings, as in the page's address: '#…' or ''. */
  readonly hash: string;
  /** Of the frame, in pixels. */
  readonly height: number;
}

/**
 * Shows the explorer's page in a frame if the browser reaches it: on this machine, or through jupyter-server-proxy. Else it says what to do: where
 * the notebook is on this machine the explorer has ended; where it is on another one, the port must be brought here.
 */
export function showExplorer({ id, port, path, hash, height }: CellExplorer): void {
  const place = document.getElementById(id);
  if (!place) return;
  const { hostname, origin, protocol } = location;
  const isLocal = ['localhost', '127.0.0.1', '[::1]', ''].includes(hostname) || !/^https?:$/.test(protocol);
  const direct = `http://127.0.0.1:${port}${path}`;

  /** Where Jupyter's own addresses begin. */
  const baseUrl = (): string => {
    try {
      const config = document.getElementById('jupyter-config-data')?.textContent;
      return (config ? (JSON.parse(config) as { baseUrl?: string }).baseUrl : document.body.dataset['baseUrl']) ?? '/';
    } catch {
      return '/';
    }
  };
  const proxied = `${origin}${baseUrl().replace(/\/?$/, '/')}proxy/${port}${path}`;

  const reaches = (address: string) => new Promise<boolean>((resolve) => {
    const picture = new Image();
    picture.onload = () => resolve(true);
    picture.onerror = () => resolve(false);
    setTimeout(() => resolve(false), 4000);
    picture.src = `${address}alive.gif`;
  });
  const frame = (address: string): void => {
    const page = document.createElement('iframe');
    page.src = address + hash;
    page.title = 'clr-lab explorer';
    page.setAttribute('style', `width:100%;height:${height}px;border:1px solid #d0d7de;border-radius:8px`);
    const link = document.createElement('a');
    Object.assign(link, { href: address + hash, target: '_blank', rel: 'noopener noreferrer', textContent: 'Open the explorer in a window of its own' });
    place.replaceChildren(page, link);
  };
  const line = (text: string, code = ''): HTMLElement => {
    const paragraph = document.createElement('p');
    paragraph.append(text);
    if (code !== '') paragraph.append(Object.assign(document.createElement('code'), { textContent: code }));
    return paragraph;
  };

  void (async () => {
    if (await reaches(direct)) return frame(direct);
    if (!isLocal && (await reaches(proxied))) return frame(proxied);
    if (isLocal) return place.replaceChildren(line('The explorer that ran here has ended, or its kernel is on another machine. Run this cell again to open it.'));
    return place.replaceChildren(
      line('The explorer runs beside the kernel, on another machine than this browser. Two ways to open it:'),
      line('With jupyter-server-proxy on that machine, call ', `explore({ hosts: ['${hostname}'] })`),
      line('and run this cell again; it is then at ', proxied),
      line('Or bring its port here with ', `ssh -L ${port}:127.0.0.1:${port} ${hostname}`),
      line('and open ', direct + hash),
    );
  })();
}
