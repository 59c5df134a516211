import type { Expression, Statement } from "./statement.js";

const functional = { add: "Add", subtract: "Sub", multiply: "Mul", divide: "Div", power: "Pow" } as const;
const infix = { add: "+", subtract: "-", multiply: "*", divide: "/", power: "^" } as const;
const precedence = { add: 1, subtract: 1, multiply: 2, divide: 2, power: 4 } as const;

/** The canonical text of a statement; `parseStatement` reads it back. */
export function formatStatement(statement: Statement): string {
  switch (statement.kind) {
    case "relation":
      return `${statement.name}(${statement.arguments.join(",")})`;
    case "equal":
      return `Equal(${formatExpression(statement.left)},${formatExpression(statement.right)})`;
    case "value":
      return `Value(${formatExpression(statement.expression)})`;
    case "mark":
      return `Mark(${isStatement(statement.target) ? formatStatement(statement.target) : formatExpression(statement.target)})`;
  }
}

/** Algebra over measures is written as functions, `Add(LengthOfLine(AB),3)`; algebra over numbers and symbols as infix, `2*x-35`: FormalGeo's own habit. */
export function formatExpression(expression: Expression): string {
  return hasMeasure(expression) ? asFunctions(expression) : asInfix(expression);
}

/** Whether the target of a mark is a statement or a term. */
export function isStatement(target: Statement | Expression): target is Statement {
  return target.kind === "relation" || target.kind === "equal" || target.kind === "value" || target.kind === "mark";
}

function hasMeasure(expression: Expression): boolean {
  switch (expression.kind) {
    case "measure":
      return true;
    case "operation":
      return expression.operands.some(hasMeasure);
    case "negate":
    case "function":
      return hasMeasure(expression.operand);
    default:
      return false;
  }
}

function functionName(expression: Extract<Expression, { kind: "function" }>, capital: boolean): string {
  return capital ? expression.name.charAt(0).toUpperCase() + expression.name.slice(1) : expression.name;
}

function asFunctions(expression: Expression): string {
  switch (expression.kind) {
    case "measure":
      return `${expression.name}(${expression.arguments.join(",")})`;
    case "operation":
      return `${functional[expression.operator]}(${expression.operands.map(formatExpression).join(",")})`;
    case "negate":
      return `-${asFunctions(expression.operand)}`;
    case "function":
      return `${functionName(expression, expression.name === "sqrt" || expression.degrees)}(${formatExpression(expression.operand)})`;
    default:
      return asInfix(expression);
  }
}

function asInfix(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "symbol":
      return expression.name;
    case "constant":
      return "pi";
    case "measure":
      return asFunctions(expression);
    case "function":
      return `${functionName(expression, expression.name !== "sqrt" && expression.degrees)}(${asInfix(expression.operand)})`;
    case "negate":
      return `-${bracketed(expression.operand, 3)}`;
    case "operation": {
      const { operator, operands } = expression;
      const own = precedence[operator];
      // The first operand may bind as loosely as the operator itself; what follows -, / and any power must bind tighter.
      return operands.map((operand, index) => bracketed(operand, index === 0 && operator !== "power" ? own : own + 1)).join(infix[operator]);
    }
  }
}

function bracketed(expression: Expression, least: number): string {
  const own = expression.kind === "operation" ? precedence[expression.operator] : expression.kind === "negate" ? 3 : 5;
  return own < least ? `(${asInfix(expression)})` : asInfix(expression);
}
