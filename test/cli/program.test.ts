import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { commands } from '../../cli/commands';
import { showCommandHelp } from '../../cli/help';
import { Screen } from '../../cli/screen';
import { executable, root, runProgram, startExecutable } from './program';

test('--help lists every command', async () => {
  const { code, out } = await startExecutable(['--help']).ended;
  expect(code).toBe(0);
  for (const { name } of commands) expect(out).toContain(`  ${name} `);
});

(existsSync('/dev/full') ? test : test.skip)(
  'output that cannot be written, as on a full disk, is one line on stderr',
  () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [executable, '--help'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toBe('model-events: cannot write the output: ENOSPC: no space left on device, write\n');
    expect(status).toBe(1);
  },
);

test('the help of each command has its own examples', () => {
  for (const command of commands) {
    let help = '';
    showCommandHelp(new Screen({ write: (text) => (help += text) }, {}), command);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [example] of command.examples) expect(help).toContain(example);
    expect(help).toContain('--profile');
  }
});

test.each(['doctor', 'dlq redrive', 'replay', 'replay list'])(
  '%s --help prints the help of that command',
  async (name) => {
    const { code, out } = await runProgram([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`model-events ${name} `);
  },
);

test.each([
  [[], ''],
  [['docter'], 'Unknown command "docter". Did you mean "doctor"? Available commands: init, doctor'],
  [['terraform'], 'Unknown command "terraform". Available commands: init, doctor'],
  [['ecs', 'chekc'], 'Unknown command "ecs chekc". Did you mean "ecs check"? Available commands: ecs check, ecs wire'],
  [['ecs'], 'Unknown command "ecs". Available commands: ecs check, ecs wire, ecs diff'],
  [['-e', 'development', 'deths'], 'Unknown command "deths". Did you mean "depths"?'],
  [['--profil', 'x', 'health'], 'Unknown option \'--profil\'. Did you mean "--profile"?'],
  [['dlq', 'list', '--loca'], 'Did you mean "--local"?\nRun npx model-events dlq list --help for usage.'],
  [['depths', '--local', '-e', 'development'], '--local and -e development exclude each other'],
  [['doctor'], 'No environment given. Use -e development'],
  [
    ['doctor', '-e', 'nowhere'],
    'Unknown environment "nowhere". Available in config: development, production. Example: -e development',
  ],
  [['doctor', '-e', 'development', '--colour'], "Unknown option '--colour'\n"],
  [['doctor', '-e', 'development', '--profil', 'x'], 'Unknown option \'--profil\'. Did you mean "--profile"?'],
  [['doctor', '-e', 'development', 'now'], 'doctor takes only options; remove "now"'],
  [
    ['doctor', '-e', 'development', '--skip', 'sercets'],
    'Unknown check "sercets". Did you mean "secret"? Available: network',
  ],
  [['doctor', '-e', 'development', '--region', 'eu-west-1'], 'development is in us-east-1, not in eu-west-1'],
  [['smoke', '-e', 'development', '--timeout', 'soon'], '--timeout must be a whole number of seconds'],
])('invalid usage %j ends with exit code 2 and the message of what to type instead', async (words, message) => {
  const { code, err } = await runProgram(words);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('without credentials the error contains the login command and no stack trace', async () => {
  const { code, err } = await runProgram(['ecs', 'check', '-e', 'production'], {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PROFILE: 'unknown',
  });
  expect(code).toBe(1);
  expect(err).toContain('No valid AWS credentials found');
  expect(err).toContain('profile "unknown"');
  expect(err).not.toContain('    at ');
});

test('a variable that sends calls to an emulator which does not run is named', async () => {
  const { code, err } = await runProgram(['health', '-e', 'development'], {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  expect(code).toBe(1);
  expect(err).toContain(
    'AWS_ENDPOINT_URL is set: calls go to http://127.0.0.1:9 instead of AWS. `unset AWS_ENDPOINT_URL`',
  );
});

test.each([
  [['dlq', '--help'], /^usage: npx model-events dlq COMMAND[^]* dlq list [^]* dlq discard /],
  [['help', 'dlq'], /^usage: npx model-events dlq COMMAND/],
  [['help'], /^model-events: operate the pipeline/],
  [['help', 'dlq', 'list'], /^usage: npx model-events dlq list /],
  [['-e', 'development', '--help', 'dlq', '--json', 'list'], /^usage: npx model-events dlq list /],
  [['--version'], /^model-events \d+\.\d+\.\d+\n$/],
])('%j prints what it asks for on stdout', async (words, output) => {
  expect(await runProgram(words)).toEqual({ code: 0, out: expect.stringMatching(output) as string, err: '' });
});

test('an option has the same type in every command, so that it can stand before the command', () => {
  const types: Record<string, string> = {};
  for (const { options } of commands)
    for (const [name, { type }] of Object.entries(options)) expect((types[name] ??= type)).toBe(type);
});

test('the executable ends with the exit code of the command, and prints errors on stderr only', async () => {
  const { code, out, err } = await startExecutable(['docter']).ended;
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toContain('Unknown command "docter"');
});

test.each(['true', 'head -n 1 > /dev/null'])('the help ends quietly when its reader has ended: | %s', (reader) => {
  const command = `'${process.execPath}' '${executable}' --help | ${reader}; echo "ended with \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('ended with 0\n');
  expect(stderr).toBe('');
});

test('the help has no colours', async () => {
  const { out } = await runProgram(['doctor', '--help']);
  expect(out).not.toContain('\u001b');
});
