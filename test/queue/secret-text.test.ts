/** tests/test_settings.py reads the same cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authTokenIn, credentialsIn } from '../../queue/secret-text';

interface SecretText {
  readonly text: string;
  readonly username?: string;
  readonly token?: string;
  /** Part of the error. */
  readonly error?: string;
}

const cases = readFileSync(join(__dirname, '../../contract/cases/secret-texts.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SecretText);

test.each(cases)(
  'the token of $text is found, and the user with it, or the error names the expected format and contains no token',
  (each) => {
    const read = (): string => authTokenIn(each.text);
    if (each.token !== undefined) {
      expect(read()).toBe(each.token);
      expect(credentialsIn(each.text).username).toBe(each.username);
      return;
    }
    expect(read).toThrow(TypeError);
    expect(read).toThrow(each.error);
    expect(read).toThrow(/^(?!.*abc).*expected/);
  },
);
