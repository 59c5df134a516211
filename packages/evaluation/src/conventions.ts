/** A rule of what counts as equal beyond plain mathematics, with cases of it that the tests check. */
export interface Convention {
  rule: string;
  equal: [gold: string, prediction: string][];
  different: [gold: string, prediction: string][];
  /** holds for a right answer and a prediction in this order only */
  oneWay?: true;
}

/** The published list: everything in which `equivalent` is more generous, or stricter, than an equation between the two answers. */
export const conventions: readonly Convention[] = [
  { rule: "an equation whose left side only names something equals its right side", equal: [["11", "x=11"], ["\\frac{NO}{BO}=\\frac12", "0.5"], ["f(x)=1", "1"], ["(p,q,r)=(3,2,7)", "(3,2,7)"]], different: [["2x=1", "1"]] },
  { rule: "where a value is asked for, the right side of an equation is the answer; where an equation is asked for, a value is none", oneWay: true, equal: [["7", "a+b=7"], ["25", "5^2=25"], ["14", "2(3+4)=14"]], different: [["2x+z=1", "1"], ["a+3z=0", "0"], ["1", "2x=1"], ["3", "-x=3"]] },
  { rule: "where a number is asked for, a letter behind a number that may be a unit is one", oneWay: true, equal: [["24", "24h"], ["48", "48m^2"], ["48", "48 m²"]], different: [["2", "2x"], ["24h", "24"], ["5 cm", "5m"]] },
  { rule: "of a chain of reasoning its end counts, and a value that is only near says nothing beyond the exact one", equal: [["3", "x^2=9 \\Rightarrow x=3"], ["\\frac13", "x=\\frac13\\approx0.33"], ["14", "x \\approx 14"]], different: [["9", "x^2=9 \\Rightarrow x=3"]] },
  { rule: "equations are equal when one is a multiple of the other; inequalities, when a positive one", equal: [["2x+4y-3=0", "y=-\\frac12x+\\frac34"], ["x \\le 5", "5 \\ge x"], ["2x<4", "x<2"]], different: [["x \\ge 5", "x \\le 5"], ["x<1", "x>-1"], ["x<2", "x \\le 2"]] },
  { rule: "an inequality in one symbol equals the interval it describes", equal: [["-2 \\le x \\le 7", "[-2,7]"], ["(1,\\infty)", "x>1"], ["x\\in[0,1)", "0\\le x<1"], ["(-\\infty,-1)\\cup(1,\\infty)", "x<-1 or x>1"], ["\\mathbb{R}\\setminus\\{2\\}", "x\\neq2"], ["k>-1 and k\\neq0", "(-1,0)\\cup(0,\\infty)"]], different: [["[0,1)", "0<x<1"], ["(-1,1)", "x<-1 or x>1"]] },
  { rule: "plain numbers in a list have an order; in a set, joined by \"and\" or \"or\", as points or as equations they have none, and what is named twice counts once", equal: [["\\{1,2,3\\}", "3,2,1"], ["6 and 8", "8, 6"], ["(1,2),(3,4)", "(3,4),(1,2),(3,4)"], ["a=1, b=2", "b=2, a=1"]], different: [["10, 4, -2", "4, 10, -2"], ["(1,2)", "(2,1)"], ["1,2", "1,2,3"]] },
  { rule: "a tuple equals its items without brackets; an open interval is written as a pair", equal: [["(1,3)", "{1,3}"], ["(-6,10)", "x\\in(-6,10)"]], different: [["[1,3]", "(1,3)"]] },
  { rule: "\\pm is both values", equal: [["\\pm 2021", "\\{2021,-2021\\}"], ["3\\pm2\\sqrt2", "3-2\\sqrt2, 3+2\\sqrt2"]], different: [["\\pm3", "3"]] },
  { rule: "units, degrees and currency signs are passed over, except that two different units of length are different", equal: [["15\\mbox{ cm}^2", "15"], ["90^\\circ", "90"], ["\\$10", "10"], ["5 cm", "5 centimeters"]], different: [["5 cm", "5 m"], ["90^\\circ", "\\frac{\\pi}{2}"]] },
  { rule: "a percentage equals its number and its fraction", equal: [["28\\%", "28"], ["28\\%", "0.28"], ["28\\%", "28 percent"]], different: [["28\\%", "2.8"], ["28", "0.28"]] },
  { rule: "numbers are exact, except that a decimal with six or more places may be a rounding", equal: [["\\frac1{12}", "0.0833333333"], ["0.5", "\\frac12"], ["\\frac13", "0.333333"], ["0.1\\overline{6}", "1/6"]], different: [["\\sqrt2", "1.414"], ["\\frac13", "0.33"], ["1000000", "1000001"]] },
  { rule: "a comma may group thousands, or be a decimal comma where the other side is a decimal", equal: [["1000", "1,000"], ["1,22", "1.22"], ["32349", "32,\\!349"]], different: [["(1,200)", "1200"], ["1,22", "122"]] },
  { rule: "free symbols must have the same names; `e` is Euler's number and `i` the imaginary unit", equal: [["\\frac{x+2}{7}", "\\frac x7+\\frac27"], ["(x-1)^2", "x^2-2x+1"], ["\\sin^2 t+\\cos^2 t", "1"], ["i^2", "-1"]], different: [["f(x)", "f(y)"], ["x+1", "y+1"], ["x+2n+1", "x+1"]] },
  { rule: "what is no mathematics is compared as text, without its layout and case", equal: [["\\text{odd}", "odd"], ["\\text{E}", "E"], ["12:00", "$12:00$"]], different: [["\\text{odd}", "even"]] },
  { rule: "the last box or announcement is the answer; boxes count together where only \"and\", a comma or a few words with \"and\" stand between", equal: [["2,3", "\\boxed{2} and \\boxed{3}"], ["3", "\\boxed{2} is wrong, so \\boxed{3}"], ["1,2", "\\boxed{1}\\boxed{2}"]], different: [["1,2", "\\boxed{1} no no no no no \\boxed{2}"]] },
];
