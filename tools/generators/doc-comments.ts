/** Reads doc comments from the sources, for the generated reference. */
import { readFileSync } from 'node:fs';
import * as ts from 'typescript';

/** The doc comments of one interface or object, and its members. */
export interface Documented {
  /** Its doc comment; empty if it has none. */
  readonly text: string;
  readonly members: ReadonlyMap<string, DocumentedMember>;
}

export interface DocumentedMember {
  /** Its doc comment on one line; empty if it has none. */
  readonly text: string;
  /** The declared type without `readonly` and `[]`, as in `VpcSettings`. */
  readonly type: string;
}

/**
 * The interfaces, objects and unions of a file, by name. A union's members are the names of its parts.
 * @param file path from the root of the repository
 */
export function documentedIn(file: string): ReadonlyMap<string, Documented> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, Documented>();
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) {
      const own = documented(statement, statement.members);
      const bases = (statement.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
      // An interface of another file has no entry: what it declares is repeated here.
      const inherited = bases.flatMap((base) => [...(found.get(base)?.members ?? [])]);
      found.set(statement.name.text, { ...own, members: new Map([...inherited, ...own.members]) });
    } else if (ts.isTypeAliasDeclaration(statement) && ts.isUnionTypeNode(statement.type)) {
      const parts = statement.type.types.map((part) => [part.getText(), { text: '', type: part.getText() }] as const);
      found.set(statement.name.text, { text: commentOf(statement), members: new Map(parts) });
    } else if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        const object = initializer === undefined ? undefined : objectIn(initializer);
        if (object !== undefined) found.set(name.getText(), documented(statement, object.properties));
      }
    }
  }
  return found;
}

function documented(
  declaration: ts.Node,
  members: ts.NodeArray<ts.TypeElement> | ts.NodeArray<ts.ObjectLiteralElementLike>,
): Documented {
  const entries = members.flatMap((member): (readonly [string, DocumentedMember])[] => {
    if (member.name === undefined) return [];
    const type = ts.isPropertySignature(member) ? (member.type?.getText() ?? '') : '';
    return [[member.name.getText(), { text: commentOf(member), type: type.replace(/^readonly |\[\]$/g, '') }]];
  });
  return { text: commentOf(declaration), members: new Map(entries) };
}

/** The object behind `as const` and `satisfies`. */
function objectIn(expression: ts.Expression): ts.ObjectLiteralExpression | undefined {
  if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) return objectIn(expression.expression);
  return ts.isObjectLiteralExpression(expression) ? expression : undefined;
}

function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '';
  return text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}
