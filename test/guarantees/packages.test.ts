import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(__dirname, '..', '..');
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path), 'utf8')) as unknown;

type Names = Readonly<Record<string, string>>;
type Overrides = { readonly [name: string]: string | Overrides };

const manifest = readJson('package.json') as {
  readonly dependencies: Names; readonly optionalDependencies: Names; readonly devDependencies: Names;
  readonly overrides: Overrides; readonly allowScripts: Readonly<Record<string, boolean>>;
};

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

/** What npm installs, by its folder: node_modules/tar, node_modules/a/node_modules/b, … */
const { '': _project, ...locked } = (readJson('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> }).packages;
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** Overrides by the path of names that leads to each: 'danfojs-node > xlsx'. */
function flat(overrides: Overrides, above: readonly string[] = []): Record<string, string> {
  return Object.assign({}, ...Object.entries(overrides).map(([name, value]) => (typeof value === 'string' ? { [[...above, name].join(' > ')]: value } : flat(value, [...above, name]))));
}

describe('versions', () => {
  const exact = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+$/;

  test('are exact ones, of every package that is asked for or put in the place of another', () => {
    const { dependencies, optionalDependencies, devDependencies, overrides } = manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies, ...flat(overrides) })) {
      if (version.startsWith('$')) expect(dependencies, `the override ${name}`).toHaveProperty([version.slice(1)]);
      else if (version.startsWith('file:')) expect(existsSync(join(root, version.slice(5), 'package.json')), name).toBe(true);
      else expect(version, name).toMatch(exact);
    }
  });

  test('are locked with a checksum of the package, and to no host', () => {
    for (const [folder, { version, resolved, integrity, link }] of Object.entries(locked)) {
      if (link || !folder.includes('node_modules/')) continue; // of this repository itself
      expect(version, folder).toMatch(/^\d+\.\d+\.\d+/);
      expect(integrity, folder).toMatch(/^sha512-/);
      expect(resolved, folder).toBeUndefined();
    }
  });

  test('fit each other: npm ls --all has nothing to complain of', () => {
    const { status, stdout, stderr } = spawnSync('npm', ['ls', '--all'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
    expect(status, stderr).toBe(0);
    expect(stdout).not.toMatch(/invalid|extraneous|UNMET DEPENDENCY/);
  });
});

describe('install scripts', () => {
  /** What a script that may run does, and why nothing works without it. */
  const needed: Names = {
    'tfjs-node-native': 'fetches the TensorFlow library and puts it in place; without it npm drops the package, and WebAssembly computes',
    '@tensorflow/tfjs-node': 'the name of the same package before its alias, which some versions of npm go by',
    zeromq: 'looks for the binary in its own package that fits this machine',
  };

  test('are allowed by name alone, and only where they are needed', () => {
    const withScripts = Object.entries(locked).filter(([, { hasInstallScript }]) => hasInstallScript).map(([folder]) => folder.split('node_modules/').at(-1)!);
    expect(Object.keys(manifest.allowScripts)).toEqual(expect.arrayContaining(withScripts));
    const allowed = Object.entries(manifest.allowScripts).filter(([, may]) => may).map(([name]) => name);
    expect(allowed.sort()).toEqual(Object.keys(needed).sort());
  });
});

describe('overrides', () => {
  test('each have their reason in ARCHITECTURE.md', () => {
    const table = /## Overrides, and why\n+([^#]*)/.exec(architecture)?.[1] ?? '';
    const reasons = Object.fromEntries([...table.matchAll(/^\| `([^`]+)` \| `([^`]+)` \| (.{20,}) \|$/gm)].map(([, name, version]) => [name, version]));
    expect(reasons).toEqual(flat(manifest.overrides));
  });

  test('are what is installed, everywhere in the tree', () => {
    for (const [name, version] of Object.entries(manifest.overrides)) {
      if (typeof version !== 'string') continue;
      const found = Object.entries(locked).filter(([folder]) => folder.endsWith(`node_modules/${name}`));
      for (const [folder, { version: is }] of found) expect(is, folder).toBe(version);
    }
  });
});

describe('licences', () => {
  /** That let a package be used, unchanged, by software under the MIT licence. */
  const compatible = new Set([
    'MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'Apache-2.0', 'Unlicense', 'CC0-1.0', 'Python-2.0', 'PSF-2.0',
    'MPL-2.0', // its conditions hold for its own files only, which are used as they come
    'LGPL-3.0-or-later', // of libvips under sharp: a library of its own that is loaded at run time and can be replaced
    'OFL-1.1', // of the font: it may be used and bundled, though not sold by itself
  ]);

  /** Whether a licence in SPDX's language of AND, OR and brackets is compatible. */
  function isCompatible(expression: string): boolean {
    const bare = expression.replace(/^\((.*)\)$/, '$1');
    if (bare.includes(' OR ')) return bare.split(' OR ').some(isCompatible);
    return bare.split(' AND ').every((licence) => compatible.has(licence));
  }

  test('of all packages are in the lockfile, and compatible with MIT', () => {
    for (const [folder, { license, link }] of Object.entries(locked)) {
      if (!link) expect(license !== undefined && isCompatible(license), `${folder}: ${license}`).toBe(true);
    }
    for (const bad of ['GPL-3.0', 'MIT AND GPL-2.0', 'UNLICENSED', 'SEE LICENSE IN x']) expect(isCompatible(bad)).toBe(false);
  });

  test('are those that the installed packages bear', () => {
    let read = 0;
    for (const [folder, { license }] of Object.entries(locked)) {
      if (!existsSync(join(root, folder, 'package.json')) || license === undefined) continue; // for another machine
      const own = readJson(folder, 'package.json') as { readonly license?: string | { readonly type: string }; readonly licenses?: readonly { readonly type: string }[] };
      const stated = own.license ?? own.licenses?.map(({ type }) => type).join(' OR ');
      if (stated === undefined) continue;
      read++;
      expect(typeof stated === 'string' ? stated : stated.type, folder).toBe(license);
    }
    expect(read).toBeGreaterThan(300);
  });
});
