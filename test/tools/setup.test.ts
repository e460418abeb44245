/** A fresh clone sets itself up once, says what it does, and says in a sentence what it cannot do. */
import { spawnSync, execFileSync } from 'node:child_process';
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
): { said: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(join(clone, 'tools/setup.sh'), parts, {
    encoding: 'utf8',
    env: { PATH },
  });
  return { said: stdout + stderr, status };
}

const basics = ['bash', 'cat', 'chmod', 'cmp', 'cp', 'cut', 'dirname', 'id', 'mkdir', 'printf', 'sh'];

test('the first time says what is installed, the second time says nothing', () => {
  expect(setup()).toEqual({
    said:
      'setup: installing the npm packages (npm ci), once for each change of package-lock.json\n' +
      'setup: npm packages are there, with Node.js v24.0.0\n',
    status: 0,
  });
  expect(setup()).toEqual({ said: '', status: 0 });
});

test('another lock file installs again', () => {
  setup();
  appendFileSync(join(clone, 'package-lock.json'), '\n');
  expect(setup().said).toContain('installing the npm packages');
});

test('packages are never installed through a link to the folder of another clone', () => {
  const other = join(clone, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'kept'), '');
  symlinkSync(other, join(clone, 'node_modules'));
  const { said, status } = setup();
  expect(said).toContain(`node_modules is a link to ${other}`);
  expect(status).toBe(1);
  expect(readdirSync(other)).toEqual(['kept']);
});

test('a Node 24 that does not run is a failure with its reason, each time', () => {
  npmLeaves('exit 1');
  for (const attempt of [1, 2]) {
    const { said, status } = setup();
    expect([attempt, status]).toEqual([attempt, 1]);
    expect(said).toContain('npm config get ignore-scripts');
  }
});

test('a Node older than 20 is refused with the version it has', () => {
  program('node', 'echo v18.19.0');
  const { said, status } = setup();
  expect(status).toBe(1);
  expect(said).toMatch(/Node\.js 20 or newer is needed, .*bin\/node is v18\.19\.0/);
});

test('without node, one sentence says what to install', () => {
  const PATH = machineWith(basics);
  rmSync(join(clone, 'bin/node'));
  expect(setup([], PATH)).toEqual({
    said: 'setup: node and npm are needed: install Node.js 20 or newer, which brings npm\n',
    status: 1,
  });
});

test('Redis is installed by the package manager that is there, by the name it has there', () => {
  const PATH = machineWith(basics);
  program(
    'dnf',
    '[ "$4" = redis ] && printf "#!/bin/sh\\n" > "${0%/*}/redis-server" && chmod +x "${0%/*}/redis-server"',
  );
  program('sudo', '"$@"');
  const { said, status } = setup(['redis'], PATH);
  expect(said).toContain('setup: installing valkey with dnf (once)\nsetup: installing redis with dnf (once)\n');
  expect(status).toBe(0);
  expect(setup(['redis'], PATH)).toEqual({ said: '', status: 0 });
});

test('without any package manager, one sentence says which server to install', () => {
  const { said, status } = setup(['redis'], machineWith(basics));
  expect(status).toBe(1);
  expect(said.trim().split('\n').at(-1)).toBe(
    'setup: a Redis server is needed: put redis-server or valkey-server (7.0 or newer, with TLS) on the PATH',
  );
});

test('a moto that is too old for the emulator is refused by name, with the version that is needed', () => {
  const PATH = machineWith([...basics, 'cat', 'rm', 'tail'].filter((name, at, all) => all.indexOf(name) === at));
  // Asked for modules it has all of them; asked for moto's version it has an old one.
  program('python3', 'case $1 in -) echo 4.2.14 ;; -c) exit 0 ;; *) exit 1 ;; esac');
  // The machine's own /usr/bin/python3 may have a newer moto: it has not the other module.
  const modules = ['moto', 'module_of_nobody'];
  const { stderr, status } = spawnSync(join(clone, 'tools/python.sh'), modules, { encoding: 'utf8', env: { PATH } });
  expect(stderr).toContain('setup: python3 has moto 4.2.14, which is too old: 5.1.1 or newer is needed\n');
  expect(stderr).toMatch(/no Python interpreter with moto module_of_nobody could be had/);
  expect(status).toBe(1);
});

test('python.sh prints only the path of an interpreter that has the modules', () => {
  const python = execFileSync(join(root, 'tools/python.sh'), ['json', 'ssl'], { encoding: 'utf8' });
  expect(python).toMatch(/^\/\S+\n$/);
  execFileSync(python.trim(), ['-c', 'import json, ssl']);
});
