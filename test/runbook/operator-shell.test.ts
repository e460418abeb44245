import { operatorShell } from './operator-shell';

test('runbook commands print colours in a terminal, but no escape sequence with NO_COLOR, which the shell sets', async () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' };
  const shell = operatorShell({ ...credentials, AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' });
  try {
    const doctor = 'npx model-events doctor -e development || true';
    const [plain, coloured] = await shell.run([doctor, `NO_COLOR= ${doctor}`]);
    expect(plain?.output).toMatch(/identity +fail /);
    expect(plain?.output).not.toContain('\u001b');
    expect(coloured?.output).toContain('\u001b[31mfail');
  } finally {
    shell.close();
  }
});
