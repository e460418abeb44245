/** tools/on-engine.sh runs a command on a Redis engine, and prints the reason if the engine is not available. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdKinds } from '../../config/created-redis';
import { defaultEngine, engines } from '../../dev/engines/suites';

const script = join(__dirname, '../../tools/on-engine.sh');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-events-on-engine-'));
  mkdirSync(join(folder, 'bin'));
  const names = ['bash', 'cat', 'chmod', 'grep', 'mkdir', 'mktemp', 'mv', 'rm', 'sed', 'sh', 'tail', 'touch'];
  for (const name of names)
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(folder, 'bin', name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH of the script. */
function program(name: string, text: string, place = join(folder, 'bin')): void {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

const installed = 'echo Redis server v=7.0.15 sha=0';

/** A machine of Debian whose packages contain this version of the server. */
function debianWith(version: string): void {
  program(
    'apt-get',
    `case "$*" in
      indextargets*) echo http://debian.test/debian/ ;;
      *install*)
        for each in "$@"; do case $each in -oDir::Cache=*) cache=\${each#*=} ;; -*) ;; *) package=$each ;; esac; done
        for each in libc6 "$package"; do touch "$cache/archives/$each.deb"; done ;;
    esac`,
  );
  program(
    'dpkg',
    `case $2 in
      */libc6.deb)
        mkdir -p "$3/usr/lib/test-machine"
        printf '#!/bin/sh\\nshift 2; exec "$@"\\n' > "$3/usr/lib/test-machine/ld-linux-test.so.2"
        chmod +x "$3/usr/lib/test-machine/ld-linux-test.so.2" ;;
      */redis-server.deb|*/valkey-server.deb)
        mkdir -p "$3/usr/bin"; name=\${2##*/}; name=$3/usr/bin/\${name%.deb}
        printf '#!/bin/sh\\necho ${version}\\n' > "$name"; chmod +x "$name" ;;
    esac`,
  );
}

function onEngine(engine: string, ...command: string[]): { output: string; errors: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(script, [engine, ...command], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') },
  });
  return { output: stdout, errors: stderr, status };
}

const cached = (engine: string): string => join(folder, 'cache/model-events/engines', engine);

test('an installed server of the engine is used, and nothing is downloaded', () => {
  program('redis-server', installed);
  expect(onEngine('redis-7.0', 'redis-server')).toEqual({
    output: 'Redis server v=7.0.15 sha=0\n',
    errors: 'setup: engine: Redis 7.0.15\n',
    status: 0,
  });
  expect(existsSync(join(folder, 'cache'))).toBe(false);
});

test('another engine is unpacked once, and comes before the installed server', () => {
  program('redis-server', installed);
  debianWith('Redis server v=8.0.2 sha=0');
  expect(onEngine('redis-8', 'redis-server')).toEqual({
    output: 'Redis server v=8.0.2 sha=0\n',
    errors:
      `setup: unpacking redis-server of Debian trixie into ${cached('redis-8')} (once)\n` +
      'setup: engine: Redis 8.0.2\n',
    status: 0,
  });
  expect(onEngine('redis-8', 'redis-server').errors).toBe('setup: engine: Redis 8.0.2\n');
  expect(readdirSync(join(cached('redis-8'), '..'))).toEqual(['redis-8']);
});

test('the default engine is the version that the stack deploys', () => {
  program('redis-server', installed);
  debianWith(`Valkey server v=${createdKinds.group.engineVersion}.1 sha=0`);
  const { errors } = onEngine('', 'redis-server');
  expect(errors).toContain(`into ${cached(defaultEngine)} (once)\n`);
  expect(errors).toContain(`setup: engine: Valkey ${createdKinds.group.engineVersion}.1\n`);
});

test('without the default engine, the reason is printed and the installed server is used', () => {
  program('redis-server', installed);
  expect(onEngine('', 'redis-server')).toMatchObject({ output: 'Redis server v=7.0.15 sha=0\n', status: 0 });
  debianWith('');
  program(
    'apt-get',
    'case $1 in indextargets) echo http://debian.test/debian/ ;; *) echo "E: no network"; exit 100 ;; esac',
  );
  const { output, errors, status } = onEngine('', 'redis-server');
  expect(errors).toContain(
    'setup: valkey-8 is not available: E: no network; continuing with the installed server\nsetup: engine: Redis 7.0.15\n',
  );
  expect(output).toBe('Redis server v=7.0.15 sha=0\n');
  expect(status).toBe(0);
  expect(readdirSync(cached(''))).toEqual([]);
});

test.each([
  ['without apt-get', () => undefined, 'this machine has no apt-get'],
  [
    'without a mirror of Debian',
    () => {
      debianWith('');
      program('apt-get', 'echo http://ubuntu.test/ubuntu/');
    },
    'the package sources of this machine contain no mirror of Debian',
  ],
  ['with a server that does not start', () => debianWith('broken; exit 1'), 'broken'],
])(
  '%s, an engine that is asked for is an error with the reason, and the command does not run',
  (_, machine, reason) => {
    program('redis-server', installed);
    machine();
    const { output, errors, status } = onEngine('redis-8', 'redis-server');
    expect(errors).toContain(`error: redis-8 is not available: ${reason}\n`);
    expect({ output, status }).toEqual({ output: '', status: 3 });
  },
);

test('a cached server that no longer starts is an error that names its folder', () => {
  program('redis-server', 'exit 1', join(cached('redis-8'), 'bin'));
  const { errors, status } = onEngine('redis-8', 'redis-server');
  expect(errors).toBe(`error: the server in ${cached('redis-8')} does not start: remove this folder and try again\n`);
  expect(status).toBe(3);
});

test('an unknown engine is an error that names the known ones, which make test-engines tests', () => {
  expect(onEngine('redis-9', 'true')).toEqual({
    output: '',
    errors: `error: unknown engine "redis-9". Available engines: ${engines.join(', ')}\n`,
    status: 2,
  });
});

test('the exit code is that of the command', () => {
  program('redis-server', installed);
  expect(onEngine('redis-7.0', 'bash', '-c', 'exit 7').status).toBe(7);
});
