/**
 * Asks the registry for advisories about the packages that are deployed, those in the functions' bundles and those that the consumer
 * library brings along: `tsx tools/audit.ts`. Exit codes: 0 none of high or critical severity, 1 there are some, 3 the registry
 * does not offer advisories.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
}

interface Advisory {
  readonly title: string;
  readonly url: string;
}

interface Report {
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      { readonly severity: string; readonly nodes: readonly string[]; readonly via: (Advisory | string)[] }
    >
  >;
  readonly message?: string;
}

const grave = ['high', 'critical'];

/** Paths in node_modules, as npm and the lock file name them. */
function deployedPackages(): Set<string> {
  const maps = globSync('dist/lambda/*/index.mjs.map');
  if (maps.length === 0) throw new Error('the bundles are not there: run `npm run build -- functions` first');
  const bundled = maps.flatMap((path) =>
    (JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] }).sources.flatMap((source) => {
      // Greedy: of packages inside of one another the innermost.
      const [, found] = /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
      return found ?? [];
    }),
  );
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
  return new Set([...bundled, ...neededBy('clients/node', packages)]);
}

/** The paths of all packages that the one in this folder brings along. */
function neededBy(folder: string, packages: LockFile['packages']): Set<string> {
  const needed = new Set<string>();
  const visit = (path: string): void => {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      const found = installedFor(path, name, packages);
      if (found === undefined || needed.has(found)) continue;
      needed.add(found);
      visit(found);
    }
  };
  visit(folder);
  return needed;
}

/** Where Node finds a package from another one's folder: in the nearest node_modules that has it. */
function installedFor(from: string, name: string, packages: LockFile['packages']): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = join(folder, 'node_modules', name);
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

function audit(): number {
  const deployed = deployedPackages();
  const { stdout, stderr } = spawnSync('npm', ['audit', '--audit-level=high', '--json'], { encoding: 'utf8' });
  const { vulnerabilities, message } = JSON.parse(stdout || '{}') as Report;
  if (vulnerabilities === undefined) {
    console.error(`audit: the registry does not offer advisories: ${message ?? stderr.trim()}`);
    return 3;
  }
  const all = Object.entries(vulnerabilities).filter(([, { severity }]) => grave.includes(severity));
  const found = all.filter(([, { nodes }]) => nodes.some((node) => deployed.has(node)));
  for (const [name, { severity, via }] of found) {
    const reasons = via.map((each) => (typeof each === 'string' ? `by ${each}` : `${each.title}, ${each.url}`));
    console.log(`${name}: ${severity}: ${reasons.join('; ')}`);
  }
  const ofTools = all.length - found.length;
  console.log(
    `audit: ${found.length} of ${deployed.size} deployed packages have a high or critical advisory, and ${ofTools} of the tools'`,
  );
  return found.length === 0 ? 0 : 1;
}

try {
  process.exitCode = audit();
} catch (error) {
  console.error(`audit: ${(error as Error).message}`);
  process.exitCode = 2;
}
