/** Runs every command of docs/runbook.md unchanged, in an account with the failure that its section describes. */
import { useOperatedAccount } from './deployed-account';
import { scenes } from './scenes';
import { readRunbook } from './sections';

jest.setTimeout(180_000);

const sections = readRunbook();
const the = useOperatedAccount();

test('every section with commands has a scene, and every scene a section', () => {
  const withCommands = sections.filter(({ commands }) => commands.length > 0).map(({ name }) => name);
  expect(Object.keys(scenes).sort()).toEqual(withCommands.sort());
});

test.each(
  sections.filter(({ commands }) => commands.length > 0).map(({ name, commands }) => [name, commands] as const),
)('the commands under %s run unchanged, display the failure and fix it', async (name, commands) => {
  const { account } = the;
  const scene = scenes[name];
  const values = (await scene?.before?.(account)) ?? {};
  const run = (): ReturnType<typeof account.shell.run> => account.shell.run(commands, values);
  const awaitsAnEvent = commands.some((block) => block.includes(' smoke '));
  const ran = await (awaitsAnEvent ? account.delivering(run) : run());
  const output = ran.map((each) => each.output).join('\n');
  const failed = ran.find(({ code }) => code !== 0);
  if (failed !== undefined) throw new Error(`a command failed with ${failed.code ?? 'a signal'}:\n${output}`);
  let from = 0;
  for (const expected of scene?.outputs ?? []) {
    const found = output.slice(from).search(expected);
    if (found < 0) throw new Error(`${String(expected)} not found after character ${from} of the output:\n${output}`);
    from += found + 1;
  }
  await scene?.after?.(account);
});
