import { commands } from '../../cli/commands';
import { runProgram } from './program';

test('--help lists every command, and each command has help with examples of its own', async () => {
  const { code, out } = await runProgram(['--help']);
  expect(code).toBe(0);
  for (const { name } of commands) expect(out).toContain(`  ${name} `);
  for (const { name, examples } of commands) {
    const own = await runProgram([...name.split(' '), '--help']);
    expect(own.code).toBe(0);
    for (const [example] of examples) expect(own.out).toContain(example);
    expect(own.out).toContain('--profile');
  }
});

test.each([
  [[], ''],
  [['docter'], 'there is no command "docter"; there is: init, doctor'],
  [['ecs', 'chekc'], 'ecs chekc is no command; there is: ecs check, ecs wire, ecs diff'],
  [['doctor'], 'which environment? Say it: -e development'],
  [['doctor', '-e', 'nowhere'], 'There is no environment "nowhere"'],
  [['doctor', '-e', 'development', '--colour'], "Unknown option '--colour'"],
  [['doctor', '-e', 'development', 'now'], 'doctor takes options only, not "now"'],
  [['doctor', '-e', 'development', '--skip', 'sercets'], 'there is no check "sercets"'],
  [['doctor', '-e', 'development', '--region', 'eu-west-1'], 'development lives in us-east-1, not in eu-west-1'],
  [['smoke', '-e', 'development', '--timeout', 'soon'], '--timeout must be a whole number of seconds'],
])('%j is called wrongly: exit code 2 and what to type instead', async (words, message) => {
  const { code, err } = await runProgram(words);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('without credentials it says how to get some, and not where the program was', async () => {
  const { code, err } = await runProgram(['ecs', 'check', '-e', 'production'], {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PROFILE: 'nobody',
  });
  expect(code).toBe(1);
  expect(err).toContain('AWS knows no valid credentials of yours');
  expect(err).not.toContain('    at ');
});

test('there are no colours where stdout is no terminal', async () => {
  const { out } = await runProgram(['doctor', '--help'], { FORCE_COLOR: '1' });
  expect(out).not.toContain('\u001b');
});
