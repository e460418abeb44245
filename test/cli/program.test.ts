import { spawnSync } from 'node:child_process';
import { commands } from '../../cli/commands';
import { showCommandHelp } from '../../cli/help';
import { Screen } from '../../cli/screen';
import { executable, root, runProgram, startExecutable } from './program';

test('--help lists every command', async () => {
  const { code, out } = await startExecutable(['--help']).ended;
  expect(code).toBe(0);
  for (const { name } of commands) expect(out).toContain(`  ${name} `);
});

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
  [['doctor'], 'No environment given. Use -e development'],
  [['doctor', '-e', 'nowhere'], 'Unknown environment "nowhere"'],
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
  expect(err).not.toContain('    at ');
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
