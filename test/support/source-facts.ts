import { posix } from 'node:path';
import ts from 'typescript';

export type Import = {
  line: number;
  /** As it is written. */
  specifier: string;
  /** The file that a relative specifier names, from the root; null for a package. */
  target: string | null;
  /** Gone from the program when it runs. */
  typesOnly: boolean;
  /** The names that are taken; empty for a whole module. */
  names: string[];
};

export type Line<T = string> = { line: number; text: T };

/** What a source file says, as far as the rules of the house need to know it. */
export type SourceFacts = {
  lines: number;
  imports: Import[];
  /** Every string and template; a hole in a template reads `$0`, which is what SQL could have in its place. */
  texts: Line[];
  readsEnvironment: number[];
  defaultExports: number[];
  /** Calls of the global fetch. */
  fetches: number[];
};

/** Reads a TypeScript file with the compiler's own parser, so that comments and strings cannot fool it. */
export function factsOf(file: string, source: string): SourceFacts {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const facts: SourceFacts = {
    lines: source.replace(/\n$/, '').split('\n').length,
    imports: [],
    texts: [],
    readsEnvironment: [],
    defaultExports: [],
    fetches: [],
  };
  const lineOf = (node: ts.Node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const addImport = (node: ts.Node, specifier: ts.Node | undefined, typesOnly: boolean, names: string[]) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const isRelative = specifier.text.startsWith('.');
    facts.imports.push({
      line: lineOf(node),
      specifier: specifier.text,
      target: isRelative ? posix.join(posix.dirname(file), specifier.text) : null,
      typesOnly,
      names,
    });
  };

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      addImport(node, node.moduleSpecifier, clause?.isTypeOnly === true, namesOf(clause?.namedBindings));
      return; // its specifier is no text of the program
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      addImport(node, node.moduleSpecifier, node.isTypeOnly, namesOf(node.exportClause));
      return;
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      addImport(node, node.argument.literal, true, []);
      return;
    }
    if (ts.isCallExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) addImport(node, node.arguments[0], false, []);
      if (ts.isIdentifier(node.expression) && node.expression.text === 'fetch')
        facts.fetches.push(lineOf(node));
    }
    if (readsEnvironment(node)) facts.readsEnvironment.push(lineOf(node));
    if (isDefaultExport(node)) facts.defaultExports.push(lineOf(node));
    const text = textOf(node);
    if (text !== null) facts.texts.push({ line: lineOf(node), text });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return facts;
}

function namesOf(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): string[] {
  if (names === undefined || !('elements' in names)) return [];
  return names.elements.map((element) => (element.propertyName ?? element.name).text);
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map((span) => `$0${span.literal.text}`).join('');
}

/** `process.env`, `process['env']` and `const { env } = process`. */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return isProcess(node.expression) && ts.isStringLiteralLike(key) && key.text === 'env';
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
    const takesEnv = node.name.elements.some(
      (element) => (element.propertyName ?? element.name).getText() === 'env',
    );
    return takesEnv && node.initializer !== undefined && isProcess(node.initializer);
  }
  return false;
}

function isProcess(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'process';
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword) === true;
}
