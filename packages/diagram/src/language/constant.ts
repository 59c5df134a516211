import type { Expression } from "./statement.js";

/** The value of an expression that has neither symbols nor measures (an answer such as `3*sqrt(3)/2`), or null. */
export function constantValue(expression: Expression): number | null {
  const value = evaluate(expression);
  return value !== null && Number.isFinite(value) ? value : null;
}

function evaluate(expression: Expression): number | null {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "constant":
      return Math.PI;
    case "symbol":
    case "measure":
      return null;
    case "negate": {
      const value = evaluate(expression.operand);
      return value === null ? null : -value;
    }
    case "function": {
      const value = evaluate(expression.operand);
      if (value === null) return null;
      if (expression.name === "sqrt") return Math.sqrt(value);
      const degree = expression.degrees ? Math.PI / 180 : 1;
      return expression.name.startsWith("a") ? Math[expression.name](value) / degree : Math[expression.name](value * degree);
    }
    case "operation": {
      const values = expression.operands.map(evaluate);
      let result = values[0] ?? null;
      for (const value of values.slice(1)) {
        if (result === null || value === null) return null;
        if (expression.operator === "add") result += value;
        else if (expression.operator === "subtract") result -= value;
        else if (expression.operator === "multiply") result *= value;
        else if (expression.operator === "divide") result /= value;
        else result **= value;
      }
      return result;
    }
  }
}
