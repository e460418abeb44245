/** A string, a mark, or what is between them: a number or a literal. */
const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * JSON text with two spaces for each level. Its strings and numbers stay as they are: a parse and a stringify would round
 * 9007199254740993 and turn 1.10 into 1.1. A text that is not JSON is returned unchanged.
 */
export function indentedJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let [output, depth, previous] = ['', 0, ''];
  for (const [each] of text.matchAll(token)) {
    const closes = each === '}' || each === ']';
    if (closes) depth -= 1;
    const opened = previous === '{' || previous === '[';
    // An empty object or array stays on one line.
    if (previous === ',' || opened !== closes) output += `\n${'  '.repeat(depth)}`;
    output += each === ':' ? ': ' : each;
    if (each === '{' || each === '[') depth += 1;
    previous = each;
  }
  return output;
}
