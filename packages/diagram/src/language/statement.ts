/**
 * The syntax tree of CDL, FormalGeo's Condition Declaration Language, plus the drawing statements of this project.
 * A program is data: nothing in it is ever executed.
 */

/** A term of `Equal` or `Value`: nested algebra over numbers, free symbols and measures, in degrees where angles are meant. */
export type Expression =
  | { kind: "number"; value: number; /** as written: `3.50`, `1/2` stay as they were */ text: string }
  | { kind: "symbol"; name: string }
  | { kind: "constant"; name: "pi" }
  /** `LengthOfLine(AB)`, `RatioOfSimilarTriangle(ABC,DEF)`: a measure of the drawing; each argument is a list of point letters */
  | { kind: "measure"; name: string; arguments: string[] }
  | { kind: "operation"; operator: "add" | "subtract" | "multiply" | "divide" | "power"; operands: Expression[] }
  | { kind: "negate"; operand: Expression }
  | { kind: "function"; name: "sqrt" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan"; /** false for CDL's lower-case trigonometry, which is in radians */ degrees: boolean; operand: Expression };

export type Statement =
  /** A relation or entity over point letters, in the words of the vocabulary: `ParallelBetweenLine(AB,CD)`, `Square(ABCD)`, `Shape(AB,BC,CA)`, `Cocircular(O,ABC)`. */
  | { kind: "relation"; name: string; arguments: string[] }
  | { kind: "equal"; left: Expression; right: Expression }
  /** The goal of a question: measure this. */
  | { kind: "value"; expression: Expression }
  /** A drawing statement: write, tick or square this on the picture. */
  | { kind: "mark"; target: Statement | Expression };

/** A statement with its place in the text it was read from; lines and columns from 1. */
export interface ProgramLine {
  statement: Statement;
  text: string;
  line: number;
}

export interface Program {
  lines: ProgramLine[];
}
