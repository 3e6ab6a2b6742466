/**
 * A formula of a price list, such as `max(10, price * quantity) * (1 - discount)`: parsed by recursive descent into a
 * tree, which is evaluated by walking it.
 *
 * @typedef {{ kind: 'number', value: number }
 *   | { kind: 'name', name: string }
 *   | { kind: 'call', name: string, values: Expression[] }
 *   | { kind: 'operation', sign: string, left: Expression, right: Expression }} Expression
 * @typedef {Record<string, number>} Names
 */

/** @type {Record<string, (values: number[]) => number>} */
const FUNCTIONS = { max: (values) => Math.max(...values), min: (values) => Math.min(...values), round };

/** @param {string} text @param {Names} names */
export function evaluateFormula(text, names) {
  return evaluate(new Parser(text).parse(), names);
}

/** @param {number[]} values */
function round([value = 0, digits = 0]) {
  return Number(value.toFixed(digits));
}

class Parser {
  /** @param {string} text */
  constructor(text) {
    this.tokens = text.match(/[\d.]+|\w+|[-+*/(),]/g) ?? [];
    this.position = 0;
  }

  parse() {
    const expression = this.sum();
    if (this.peek() !== undefined) throw new SyntaxError(`unexpected ${this.peek()}`);
    return expression;
  }

  peek() {
    return this.tokens[this.position];
  }

  next() {
    return this.tokens[this.position++] ?? '';
  }

  sum() {
    let left = this.product();
    while (this.peek() === '+' || this.peek() === '-') left = this.operation(left, () => this.product());
    return left;
  }

  product() {
    let left = this.operand();
    while (this.peek() === '*' || this.peek() === '/') left = this.operation(left, () => this.operand());
    return left;
  }

  /** @param {Expression} left @param {() => Expression} parseRight @returns {Expression} */
  operation(left, parseRight) {
    return { kind: 'operation', sign: this.next(), left, right: parseRight() };
  }

  /** @returns {Expression} */
  operand() {
    const token = this.next();
    if (token === '(') return this.closed(this.sum());
    if (/\d/.test(token)) return { kind: 'number', value: Number(token) };
    return this.peek() === '(' ? this.call(token) : { kind: 'name', name: token };
  }

  /** @param {string} name @returns {Expression} */
  call(name) {
    const values = [];
    do {
      this.next();
      values.push(this.sum());
    } while (this.peek() === ',');
    return this.closed({ kind: 'call', name, values });
  }

  /** @param {Expression} expression */
  closed(expression) {
    if (this.next() !== ')') throw new SyntaxError('expected )');
    return expression;
  }
}

/** @param {Expression} expression @param {Names} names @returns {number} */
function evaluate(expression, names) {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name':
      return names[expression.name] ?? 0;
    case 'call':
      return call(expression.name, evaluateAll(expression.values, names));
    case 'operation':
      return operate(expression.sign, evaluate(expression.left, names), evaluate(expression.right, names));
  }
}

/** @param {Expression[]} expressions @param {Names} names */
function evaluateAll(expressions, names) {
  return expressions.map((expression) => evaluate(expression, names));
}

/** @param {string} name @param {number[]} values */
function call(name, values) {
  const found = FUNCTIONS[name];
  if (found === undefined) throw new ReferenceError(`no function ${name}`);
  return found(values);
}

/** @param {string} sign @param {number} left @param {number} right */
function operate(sign, left, right) {
  if (sign === '+') return left + right;
  if (sign === '-') return left - right;
  return sign === '*' ? left * right : left / right;
}
