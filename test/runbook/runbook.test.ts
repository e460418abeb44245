/** Every command of docs/runbook.md, as it stands there, in an account in which the failure is the one that it is for. */
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
)('the commands under %s run as they stand, show the failure, and end it', async (name, commands) => {
  const { account } = the;
  const scene = scenes[name];
  const values = (await scene?.before?.(account)) ?? {};
  const run = (): ReturnType<typeof account.shell.run> => account.shell.run(commands, values);
  const awaitsAnEvent = commands.some((block) => block.includes(' smoke '));
  const ran = await (awaitsAnEvent ? account.delivering(run) : run());
  const output = ran.map((each) => each.output).join('\n');
  const failed = ran.find(({ code }) => code !== 0);
  if (failed !== undefined) throw new Error(`a command ended with ${failed.code ?? 'a signal'}:\n${output}`);
  let from = 0;
  for (const expected of scene?.shows ?? []) {
    const found = output.slice(from).search(expected);
    if (found < 0) throw new Error(`${String(expected)} is not in what the commands showed after ${from}:\n${output}`);
    from += found + 1;
  }
  await scene?.after?.(account);
});
