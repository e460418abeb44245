/** Every link in the documents has an existing file and heading as its target. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pages, root } from './pages';

const documents = (folder?: string): string[] => pages(folder).map((page) => join(root, page));

/** The text without code blocks and code spans. */
const proseOf = (text: string): string => text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');

/** The anchors of a document's headings, as code hosts make them; a second heading of one name has a number. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(/^```.*?^```$/gms, '').match(/^#{1,6} .+$/gm) ?? [];
  const seen = new Map<string, number>();
  return new Set(
    headings.map((line) => {
      const words = line.replace(/^#+ /, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
      const slug = words
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-');
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

/** The broken links of a document. */
function brokenLinks(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    const place = `${relative(root, file)}: ${link}`;
    if (!existsSync(target)) return [`${place}: no such file`];
    if (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).has(anchor)) return [];
    return [`${place}: no such heading`];
  });
}

test('the target of every link exists', () => {
  const files = documents();
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap(brokenLinks)).toEqual([]);
});

test('another page links to each picture and each page of docs/', () => {
  const linked = new Set(
    documents().flatMap((file) =>
      [...proseOf(readFileSync(file, 'utf8')).matchAll(/\]\(([^)\s#]+)/g)].map(([, path = '']) =>
        resolve(dirname(file), path),
      ),
    ),
  );
  const pages = documents(join(root, 'docs')).filter((file) => !file.endsWith('docs/decisions/README.md'));
  const pictures = readdirSync(join(root, 'docs/pictures')).map((name) => join(root, 'docs/pictures', name));
  const unreached = [...pages, ...pictures].filter((file) => !linked.has(file) && !linked.has(dirname(file)));
  expect(unreached.map((file) => relative(root, file))).toEqual([]);
});
