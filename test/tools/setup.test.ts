/** tools/setup.sh installs what a fresh clone needs, once, prints each installation, and fails with an error that names the fix. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(__dirname, '../..');
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'model-events-setup-'));
  mkdirSync(join(clone, 'bin'));
  for (const script of readdirSync(join(root, 'tools')).filter((name) => name.endsWith('.sh'))) {
    cpSync(join(root, 'tools', script), join(clone, 'tools', script));
  }
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  program('node', 'echo v20.20.2');
  npmLeaves('echo v24.0.0');
});
afterEach(() => rmSync(clone, { recursive: true }));

/** Puts a program on the PATH of the clone's machine. */
function program(name: string, script: string): void {
  writeFileSync(join(clone, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** An npm whose `npm ci` leaves a node_modules/.bin/node that does this. */
function npmLeaves(script: string): void {
  program(
    'npm',
    `mkdir -p node_modules/.bin; printf '#!/bin/sh\\n${script}\\n' > node_modules/.bin/node; chmod +x node_modules/.bin/node`,
  );
}

/** A machine with these programs of the real one, and no others but its own. */
function machineWith(names: readonly string[]): string {
  for (const name of names)
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(clone, 'bin', name));
  return join(clone, 'bin');
}

function setup(
  parts: readonly string[] = [],
  PATH = [join(clone, 'bin'), process.env.PATH].join(delimiter),
): { output: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(join(clone, 'tools/setup.sh'), parts, {
    encoding: 'utf8',
    env: { PATH },
  });
  // A machine under load may need so long that progress is shown.
  return { output: (stdout + stderr).replace(/setup: .* npm packages unpacked\n/g, ''), status };
}

const basics = ['bash', 'cat', 'chmod', 'cmp', 'cp', 'cut', 'dirname', 'id', 'mkdir', 'printf', 'sh'];

test('the first run prints what it installs, and the second run prints nothing', () => {
  expect(setup()).toEqual({
    output:
      'setup: installing the npm packages (npm ci), once for each change of package-lock.json\n' +
      'setup: npm packages installed, with Node.js v24.0.0\n',
    status: 0,
  });
  expect(setup()).toEqual({ output: '', status: 0 });
});

test('a changed package-lock.json installs the npm packages again', () => {
  setup();
  appendFileSync(join(clone, 'package-lock.json'), '\n');
  expect(setup().output).toContain('installing the npm packages');
});

test('npm ci shows its progress in unpacked packages, and its failure is an error with the exit code', async () => {
  writeFileSync(
    join(clone, 'package-lock.json'),
    JSON.stringify({
      packages: { '': {}, 'node_modules/one': {}, 'node_modules/@of/two': {}, 'node_modules/mac': { os: ['aix'] } },
    }),
  );
  program('node', `[ "$1" = --version ] && echo v20.20.2 || exec ${process.execPath} "$@"`);
  const unpacked = 'mkdir -p node_modules/@of/two; echo > node_modules/@of/two/package.json';
  program('npm', `${unpacked}; while [ ! -e shown ]; do sleep 0.1; done; echo 'npm error code EACCES' >&2; exit 243`);
  const script = spawn(join(clone, 'tools/setup.sh'), {
    env: { PATH: [join(clone, 'bin'), process.env.PATH].join(delimiter) },
  });
  let output = '';
  script.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.includes('unpacked')) writeFileSync(join(clone, 'shown'), '');
  });
  const [status] = (await once(script, 'close')) as [number];
  expect(output).toContain('setup: 1 of about 2 npm packages unpacked\n');
  expect(output).toMatch(/npm error code EACCES\nerror: npm ci failed with exit code 243/);
  expect(status).toBe(1);
});

test('packages are never installed through a link to the folder of another clone', () => {
  const other = join(clone, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'kept'), '');
  symlinkSync(other, join(clone, 'node_modules'));
  const { output, status } = setup();
  expect(output).toContain(`node_modules is a link to ${other}`);
  expect(status).toBe(1);
  expect(readdirSync(other)).toEqual(['kept']);
});

test('a Node 24 that does not run is an error with its cause, in each run', () => {
  npmLeaves('exit 1');
  for (const attempt of [1, 2]) {
    const { output, status } = setup();
    expect([attempt, status]).toEqual([attempt, 1]);
    expect(output).toContain('npm config get ignore-scripts');
  }
});

test('a Node older than 20 is an error that names its version', () => {
  program('node', 'echo v18.19.0');
  const { output, status } = setup();
  expect(status).toBe(1);
  expect(output).toMatch(/Node\.js 20 or newer is needed, .*bin\/node is v18\.19\.0/);
});

test('without node, one error names what to install', () => {
  const PATH = machineWith(basics);
  rmSync(join(clone, 'bin/node'));
  expect(setup([], PATH)).toEqual({
    output: 'error: node and npm are needed: install Node.js 20 or newer, which brings npm\n',
    status: 1,
  });
});

test('Redis is installed with the available package manager, under its name there', () => {
  const PATH = machineWith(basics);
  program(
    'dnf',
    '[ "$4" = redis ] && printf "#!/bin/sh\\n" > "${0%/*}/redis-server" && chmod +x "${0%/*}/redis-server"',
  );
  program('sudo', '"$@"');
  const { output, status } = setup(['redis'], PATH);
  expect(output).toContain('setup: installing valkey with dnf (once)\nsetup: installing redis with dnf (once)\n');
  expect(status).toBe(0);
  expect(setup(['redis'], PATH)).toEqual({ output: '', status: 0 });
});

test('without a package manager, one error names the server to install', () => {
  const { output, status } = setup(['redis'], machineWith(basics));
  expect(status).toBe(1);
  expect(output.trim().split('\n').at(-1)).toBe(
    'error: a Redis server is needed: put redis-server or valkey-server (7.0 or newer, with TLS) on the PATH',
  );
});

test('a moto that is too old for the emulator is reported with the required version', () => {
  const PATH = machineWith([...basics, 'cat', 'rm', 'tail'].filter((name, at, all) => all.indexOf(name) === at));
  // It has every module, and an old version of moto.
  program('python3', 'case $1 in -) echo 4.2.14 ;; -c) exit 0 ;; *) exit 1 ;; esac');
  // The machine's /usr/bin/python3 may have a newer moto, but not the other module.
  const modules = ['moto', 'missing_module'];
  const { stderr, status } = spawnSync(join(clone, 'tools/python.sh'), modules, { encoding: 'utf8', env: { PATH } });
  expect(stderr).toContain('setup: python3 has moto 4.2.14, which is too old: 5.1.1 or newer is needed\n');
  expect(stderr).toMatch(
    /^error: no Python interpreter has the modules moto missing_module: run python3 -m pip install /m,
  );
  expect(status).toBe(1);
});

test('python.sh prints the interpreter without an optional module that pip cannot install', () => {
  const PATH = machineWith(['bash', 'dirname', 'sh', 'tail', 'touch']);
  program('python3', 'exit 1');
  mkdirSync(join(clone, '.venv/bin'), { recursive: true });
  const venv = join(clone, '.venv/bin/python');
  program(
    'venv-python',
    'case $* in *opentelemetry*) echo no distribution; exit 1 ;; *pip*) touch installed ;; *executable*) echo "$0" ;; *) [ -e installed ] ;; esac',
  );
  symlinkSync(join(clone, 'bin/venv-python'), venv);
  const modules = ['missing_module', '--optional', 'opentelemetry'];
  const { stdout, stderr, status } = spawnSync(join(clone, 'tools/python.sh'), modules, {
    encoding: 'utf8',
    env: { PATH },
  });
  expect(stderr).toContain(
    'setup: continuing without the optional package opentelemetry-api>=1.27,<2: tests that need it',
  );
  expect([stdout, status]).toEqual([`${venv}\n`, 0]);
});

test('python.sh prints only the path of an interpreter that has the modules', () => {
  const python = execFileSync(join(root, 'tools/python.sh'), ['json', 'ssl'], { encoding: 'utf8' });
  expect(python).toMatch(/^\/\S+\n$/);
  execFileSync(python.trim(), ['-c', 'import json, ssl']);
});
