import type { Expression } from "../language/statement.js";
import { type Face, type Glyph, glyphOf } from "./glyphs.js";

/** A piece of text laid out: glyphs and rules about its own origin (left end of the baseline), y downwards, in frame units. */
export interface TextBox {
  glyphs: { glyph: Glyph; x: number; y: number; size: number }[];
  rules: { x: number; y: number; width: number; height: number }[];
  width: number;
  /** Extent of the ink above the baseline (positive) and below it. */
  ascent: number;
  descent: number;
}

interface Setting {
  face: Face;
  size: number;
}

const empty: TextBox = { glyphs: [], rules: [], width: 0, ascent: 0, descent: 0 };

/** Lays out plain characters; letters that stand for numbers are italic, point letters too where the face is roman. */
export function plainText(text: string, { face, size }: Setting, italicLetters = true): TextBox {
  let x = 0;
  let ascent = 0;
  let descent = 0;
  const glyphs: TextBox["glyphs"] = [];
  for (const character of text) {
    if (character === " ") {
      x += size * 0.22;
      continue;
    }
    const glyph = glyphOf(character, face, italicLetters && /\p{L}/u.test(character));
    glyphs.push({ glyph, x, y: 0, size });
    x += glyph.advance * size;
    ascent = Math.max(ascent, -glyph.box[1] * size);
    descent = Math.max(descent, glyph.box[3] * size);
  }
  return { glyphs, rules: [], width: x, ascent, descent };
}

function shifted(box: TextBox, dx: number, dy: number): Pick<TextBox, "glyphs" | "rules"> {
  return {
    glyphs: box.glyphs.map((item) => ({ ...item, x: item.x + dx, y: item.y + dy })),
    rules: box.rules.map((rule) => ({ ...rule, x: rule.x + dx, y: rule.y + dy })),
  };
}

/** Boxes side by side on one baseline. */
function row(...boxes: readonly TextBox[]): TextBox {
  let x = 0;
  const result: TextBox = { ...empty, glyphs: [], rules: [] };
  for (const box of boxes) {
    const moved = shifted(box, x, 0);
    result.glyphs.push(...moved.glyphs);
    result.rules.push(...moved.rules);
    x += box.width;
    result.ascent = Math.max(result.ascent, box.ascent);
    result.descent = Math.max(result.descent, box.descent);
  }
  result.width = x;
  return result;
}

function fraction(top: TextBox, bottom: TextBox, size: number): TextBox {
  const width = Math.max(top.width, bottom.width) + size * 0.16;
  const axis = -size * 0.26;
  const gap = size * 0.1;
  const thickness = Math.max(size * 0.05, 0.7);
  const up = shifted(top, (width - top.width) / 2, axis - gap - top.descent);
  const down = shifted(bottom, (width - bottom.width) / 2, axis + gap + thickness + bottom.ascent);
  return {
    glyphs: [...up.glyphs, ...down.glyphs],
    rules: [{ x: 0, y: axis, width, height: thickness }, ...up.rules, ...down.rules],
    width: width + size * 0.04,
    ascent: -axis + gap + top.descent + top.ascent,
    descent: axis + gap + thickness + bottom.ascent + bottom.descent,
  };
}

/** The radical sign stretched to its operand, with the bar over it. */
function root(operand: TextBox, setting: Setting): TextBox {
  const sign = glyphOf("√", setting.face, false);
  const thickness = Math.max(setting.size * 0.05, 0.7);
  const need = operand.ascent + operand.descent + setting.size * 0.22;
  const size = need / (sign.box[3] - sign.box[1]);
  const top = -operand.ascent - setting.size * 0.16;
  const signWidth = sign.box[2] * size;
  const moved = shifted(operand, signWidth + setting.size * 0.03, 0);
  const width = signWidth + operand.width + setting.size * 0.08;
  return {
    glyphs: [{ glyph: sign, x: 0, y: top - sign.box[1] * size, size }, ...moved.glyphs],
    rules: [{ x: signWidth - thickness, y: top, width: width - signWidth, height: thickness }, ...moved.rules],
    width: width + setting.size * 0.04,
    ascent: -top,
    descent: Math.max(operand.descent, top + need),
  };
}

const looseness = (expression: Expression): number => {
  if (expression.kind === "operation") return { add: 1, subtract: 1, multiply: 2, divide: 3, power: 3 }[expression.operator];
  return expression.kind === "negate" ? 1 : 4;
};

/** True where an algebraic label can be written: numbers, symbols, π and their algebra, but no measure of the drawing. */
export function isWritable(expression: Expression): boolean {
  if (expression.kind === "measure") return false;
  if (expression.kind === "operation") return expression.operands.every(isWritable);
  if (expression.kind === "negate") return isWritable(expression.operand);
  if (expression.kind === "function") return expression.name === "sqrt" && isWritable(expression.operand);
  return true;
}

/** An algebraic label as a textbook sets it: `2x − 35`, `3√2`, stacked fractions. */
export function expressionText(expression: Expression, setting: Setting): TextBox {
  const write = (text: string): TextBox => plainText(text, setting);
  switch (expression.kind) {
    case "number":
      return write(expression.text.replace("-", "−"));
    case "symbol":
      return write(expression.name);
    case "constant":
      return write("π");
    case "negate":
      return row(write("−"), within(expression.operand, 2, setting));
    case "function":
      return root(expressionText(expression.operand, setting), setting);
    case "measure":
      return write(expression.arguments.join(""));
    case "operation":
      return operationText(expression, setting);
  }
}

function operationText({ operator, operands }: Extract<Expression, { kind: "operation" }>, setting: Setting): TextBox {
  const [first, second] = operands as [Expression, Expression];
  const write = (text: string): TextBox => plainText(text, setting);
  if (operator === "divide") {
    const small = { ...setting, size: setting.size * 0.74 };
    return fraction(expressionText(first, small), expressionText(second, small), setting.size);
  }
  if (operator === "power") {
    const exponent = expressionText(second, { ...setting, size: setting.size * 0.68 });
    const rise = setting.size * 0.38;
    return row(within(first, 4, setting), { ...exponent, ...shifted(exponent, 0, -rise), ascent: exponent.ascent + rise, descent: 0 });
  }
  const sign = operator === "add" ? " + " : " − ";
  const parts: TextBox[] = [];
  for (const [index, operand] of operands.entries()) {
    if (operator === "multiply") {
      const previous = operands[index - 1];
      // Two numbers side by side would read as one; a letter or a root after a number needs no sign.
      if (previous !== undefined && startsWithNumber(operand)) parts.push(write("×"));
      parts.push(within(operand, 2, setting));
    } else {
      if (index > 0) parts.push(write(sign));
      parts.push(within(operand, index === 0 || operator === "add" ? 1 : 2, setting));
    }
  }
  return row(...parts);
}

function startsWithNumber(expression: Expression): boolean {
  if (expression.kind === "number") return true;
  return expression.kind === "operation" && (expression.operator === "multiply" || expression.operator === "power" || expression.operator === "divide") && startsWithNumber(expression.operands[0] as Expression);
}

function within(expression: Expression, least: number, setting: Setting): TextBox {
  const box = expressionText(expression, setting);
  return looseness(expression) < least ? row(plainText("(", setting), box, plainText(")", setting)) : box;
}

/** `r = 4` */
export function namedText(name: string, expression: Expression, setting: Setting): TextBox {
  return row(plainText(`${name} = `, setting), expressionText(expression, setting));
}

/** An angle's label: `60°`, `x°`, `(2x − 35)°`. */
export function angleText(expression: Expression, setting: Setting): TextBox {
  return row(within(expression, 2, setting), plainText("°", setting));
}
