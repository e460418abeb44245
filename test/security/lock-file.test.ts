/** What npm installs is what was reviewed: every tarball by its digest, nothing from elsewhere, no install script that is not allowed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** It comes inside of another package's tarball. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

const manifest = read('package.json') as Manifest;
const workspaces = manifest.workspaces ?? [];
const locked = Object.entries((read('package-lock.json') as { packages: Record<string, LockedPackage> }).packages);
const installed = locked.filter(([path]) => path.startsWith('node_modules/'));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

test('every package from a registry has the SHA-512 of its tarball', () => {
  const own = installed.filter(([, { link, inBundle }]) => link !== true && inBundle !== true);
  expect(own.length).toBeGreaterThan(400);
  expect(own.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))).toEqual([]);
});

test('a package without a digest is bundled in a package that has one', () => {
  for (const [path] of installed.filter(([, { inBundle }]) => inBundle)) {
    const around = installed.find(([other, { integrity }]) => integrity !== undefined && path.startsWith(`${other}/`));
    expect([path, around?.[0]]).toEqual([path, expect.any(String)]);
  }
});

test('no package comes from a git repository, over plain HTTP, or from a folder outside the workspaces', () => {
  const strange = locked.filter(([, { resolved, link }]) =>
    link === true ? !workspaces.includes(resolved ?? '') : resolved !== undefined && !resolved.startsWith('https://'),
  );
  expect(strange).toEqual([]);
  const others = locked.map(([path]) => path).filter((path) => !path.startsWith('node_modules/'));
  expect(others).toEqual(['', ...workspaces]);
});

test('each version in a package.json is exact', () => {
  for (const path of ['package.json', ...workspaces.map((folder) => `${folder}/package.json`)]) {
    const { dependencies, devDependencies, overrides } = read(path) as Manifest;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...overrides });
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(([, version]) => !/^(?:npm:[a-z]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  }
});

test('every package with an install script is allowed or refused explicitly', () => {
  const withScript = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect(withScript.sort()).toEqual(Object.keys(manifest.allowScripts ?? {}).sort());
  expect(manifest.allowScripts).toEqual({ node: true, esbuild: true, 'msgpackr-extract': false });
});

test('no configuration file of the project sends npm or pip to another registry', () => {
  const found = ['.npmrc', 'queue/.npmrc', '.yarnrc.yml', 'pip.conf', 'clients/python/pip.conf'].filter((path) =>
    existsSync(join(root, path)),
  );
  expect(found).toEqual([]);
});
