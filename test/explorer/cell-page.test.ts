import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cellHtml } from '../../src/explorer/explore';
import { chromiumIsHere, launchChromium } from '../browser/browser';
import { type TestExplorer, testExplorer } from './explorer';

describe.runIf(chromiumIsHere)('the cell of explore(), in Chromium', () => {
  let explorer: TestExplorer;
  let browser: Browser;
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    [explorer, browser] = await Promise.all([testExplorer({ framed: true, hosts: ['proxy.example.org'] }), launchChromium()]);
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await explorer?.close();
  });

  const cell = () => cellHtml({ id: 'cell', port: explorer.server.port, path: `/${explorer.server.token}/`, hash: '#lambda=0.5', height: 600 });

  /** A notebook at an address, with the cell; `reachable` says which other addresses the browser reaches. */
  async function notebook(address: string, { reachable }: { readonly reachable: RegExp }): Promise<Page> {
    context = await browser.newContext();
    await context.route('**', (route) => {
      const url = route.request().url();
      if (url === address) return route.fulfill({ contentType: 'text/html', body: `<body data-base-url="/user/me/">${cell()}</body>` });
      if (url.startsWith('http://proxy.example.org/user/me/proxy/')) {
        // What jupyter-server-proxy does.
        const path = new URL(url).pathname.replace(/^\/user\/me\/proxy\/\d+/, '');
        return reachable.test(url) ? route.fulfill({ contentType: path.endsWith('.gif') ? 'image/gif' : 'text/html', body: path.endsWith('.gif') ? Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64') : '<p>proxied' }) : route.abort();
      }
      return reachable.test(url) ? route.continue() : route.abort();
    });
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }

  it('shows the page in a frame, with its settings, where the kernel is on this machine', async () => {
    // From a server: Chromium does not let pages that a test makes up reach loopback.
    const jupyter = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(`<body>${cell()}</body>`));
    await new Promise<void>((resolve) => jupyter.listen(0, '127.0.0.1', resolve));
    try {
      context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`http://localhost:${(jupyter.address() as AddressInfo).port}/`);
      const frame = page.frameLocator('iframe');
      await frame.locator('.connection.open').waitFor();
      expect(await frame.locator('[data-number=lambda]').inputValue()).toBe('0.5');
      await frame.getByRole('button', { name: 'Run', exact: true }).waitFor();
    } finally {
      jupyter.close();
      jupyter.closeAllConnections();
    }
  });

  it('says that the explorer has ended where it is not reached on this machine', async () => {
    const page = await notebook('http://localhost:8888/notebooks/x.ipynb', { reachable: /^$/ });
    await page.getByText('has ended').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
  });

  it('goes through jupyter-server-proxy where that is there', async () => {
    const page = await notebook('http://proxy.example.org/user/me/notebooks/x.ipynb', { reachable: /\/proxy\// });
    await page.frameLocator('iframe').getByText('proxied').waitFor();
    expect(await page.locator('iframe').getAttribute('src')).toBe(`http://proxy.example.org/user/me/proxy/${explorer.server.port}/${explorer.server.token}/#lambda=0.5`);
  });

  it('says how to open it where the kernel is on another machine', async () => {
    const page = await notebook('http://hub.example.org/user/me/notebooks/x.ipynb', { reachable: /^$/ });
    await page.getByText('on another machine').waitFor();
    const text = await page.locator('#cell').innerText();
    expect(text).toContain("explore({ hosts: ['hub.example.org'] })");
    expect(text).toContain(`http://hub.example.org/user/me/proxy/${explorer.server.port}/`);
    expect(text).toContain(`ssh -L ${explorer.server.port}:127.0.0.1:${explorer.server.port} hub.example.org`);
  });
});
