/**
 * Reads the clauses that FormalGeo's English captions are made of, and what our rules turn them into, and says by plain coordinate geometry
 * whether they hold on a scene. It shares nothing with the rules (it does not know what was edited) nor with the diagram package's checker.
 */

/** Within these a statement counts as true of a drawing; a negative that is off by less is a false negative. */
const degreeTolerance = 0.5;
const relativeTolerance = 0.01;

const subtract = ([a, b], [c, d]) => [a - c, b - d];
const dot = ([a, b], [c, d]) => a * c + b * d;
const cross = ([a, b], [c, d]) => a * d - b * c;
const length = (vector) => Math.hypot(...vector);
const toDegrees = (radians) => (radians * 180) / Math.PI;

class Unread extends Error {}

function geometry(scene) {
  const point = (name) => {
    const position = scene.points[name] ?? (scene.circles[name] === undefined ? undefined : scene.circles[name].center);
    if (position === undefined) throw new Unread(`no point ${name}`);
    return position;
  };
  const drawnPoint = (name) => {
    if (scene.points[name] === undefined) throw new Unread(`no point ${name}`);
    return scene.points[name];
  };
  const circle = (name) => {
    if (scene.circles[name] === undefined) throw new Unread(`no circle ${name}`);
    return scene.circles[name];
  };
  const distance = (a, b) => length(subtract(point(a), point(b)));
  const same = (a, b) => Math.abs(a - b) <= relativeTolerance * Math.max(Math.abs(a), Math.abs(b));
  /** the angle between two lines, 0 to 90 */
  const between = ([a, b], [c, d]) => {
    const [first, second] = [subtract(point(b), point(a)), subtract(point(d), point(c))];
    const angle = toDegrees(Math.atan2(Math.abs(cross(first, second)), Math.abs(dot(first, second))));
    return angle;
  };
  /** the angle at the second letter, 0 to 180 */
  const angle = ([a, b, c]) => {
    const [first, second] = [subtract(point(a), point(b)), subtract(point(c), point(b))];
    return toDegrees(Math.atan2(Math.abs(cross(first, second)), dot(first, second)));
  };
  const onCircle = (name, ring) => same(length(subtract(point(name), ring.center)), ring.radius);
  const isCenter = (name, ring) => length(subtract(point(name), ring.center)) < relativeTolerance * ring.radius;
  const distanceToLine = (name, [a, b]) => Math.abs(cross(subtract(point(b), point(a)), subtract(point(name), point(a)))) / distance(a, b);
  const area = (letters) => Math.abs([...letters].reduce((sum, letter, index) => sum + cross(point(letter), point(letters[(index + 1) % letters.length])), 0)) / 2;
  const perimeter = (letters) => [...letters].reduce((sum, letter, index) => sum + distance(letter, letters[(index + 1) % letters.length]), 0);
  const isBetween = (middle, [a, b]) => same(distance(a, middle) + distance(middle, b), distance(a, b)) && distanceToLine(middle, [a, b]) < relativeTolerance * distance(a, b);
  return { point: drawnPoint, circle, distance, same, between, angle, onCircle, isCenter, distanceToLine, area, perimeter, isBetween };
}

/** The value of `2*x-5`, `3/4`, `5*sqrt(2)`; never executed as code. */
function evaluateTerm(text, symbols) {
  const tokens = text.replace(/\s/g, "").match(/\d+(?:\.\d+)?|sqrt|[a-zα-ω]|\*\*|[-+*/()^]/g);
  if (tokens === null || tokens.join("") !== text.replace(/\s/g, "")) throw new Unread(text);
  let at = 0;
  const primary = () => {
    const token = tokens[at++];
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw new Unread(text);
      return value;
    }
    if (token === "sqrt") return Math.sqrt(primary());
    if (token === "-") return -primary();
    if (token !== undefined && /^\d/.test(token)) return Number(token);
    if (token !== undefined && symbols[token] !== undefined) return symbols[token];
    throw new Unread(text);
  };
  const power = () => {
    const base = primary();
    return tokens[at] === "**" || tokens[at] === "^" ? (at++, base ** primary()) : base;
  };
  const product = () => {
    let value = power();
    while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * power() : value / power();
    return value;
  };
  const sum = () => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value = tokens[at++] === "+" ? value + product() : value - product();
    return value;
  };
  const value = sum();
  if (at !== tokens.length) throw new Unread(text);
  return value;
}

const C = "(?:circle |⊙|semicircle )";
const P = "(?:triangle |△ ?|quadrilateral |▱ ?|parallelogram )?";

/** Each pattern with its reading; the whole clause has to match. */
const readings = [
  [/^([A-Z]{2})=([^A-Z∠]+)$/, (g, [, line, term], s) => g.same(g.distance(...line), evaluateTerm(term, s))],
  [/^∠([A-Z]{3})=([^A-Z∠]+?)°?$/, (g, [, angle, term], s) => {
    const value = evaluateTerm(term, s);
    const measured = g.angle(angle);
    return Math.min(Math.abs(measured - value), Math.abs(360 - measured - value)) <= degreeTolerance;
  }],
  [/^([A-Z]{2})=([A-Z]{2})$/, (g, [, one, two]) => g.same(g.distance(...one), g.distance(...two))],
  [/^([A-Z]{2})=2([A-Z]{2})$/, (g, [, one, two]) => g.same(g.distance(...one), 2 * g.distance(...two))],
  [/^([A-Z]{2})([<>])([A-Z]{2})$/, (g, [, one, sign, two]) => (sign === "<" ? g.distance(...one) < g.distance(...two) * (1 - relativeTolerance) : g.distance(...one) > g.distance(...two) * (1 + relativeTolerance))],
  [/^∠([A-Z]{3})=(2?)∠([A-Z]{3})$/, (g, [, one, twice, two]) => Math.abs(g.angle(one) - (twice === "" ? 1 : 2) * g.angle(two)) <= degreeTolerance],
  [/^∠([A-Z]{3})([<>])∠([A-Z]{3})$/, (g, [, one, sign, two]) => (sign === "<" ? g.angle(one) < g.angle(two) - degreeTolerance : g.angle(one) > g.angle(two) + degreeTolerance)],
  [/^([A-Z]{2})(?:∥| is parallel to )([A-Z]{2})$/, (g, [, one, two]) => g.between(one, two) <= degreeTolerance && g.distanceToLine(two[0], one) > relativeTolerance * g.distance(...one)],
  [/^([A-Z]{2})(?:⊥| is perpendicular to )([A-Z]{2})$/, (g, [, one, two]) => g.between(one, two) >= 90 - degreeTolerance],
  [new RegExp(`^([A-Z]) is the center of ${C}([A-Z])$`), (g, [, center, ring]) => g.isCenter(center, g.circle(ring))],
  [new RegExp(`^the center of ${C}([A-Z]) is ([A-Z])$`), (g, [, ring, center]) => g.isCenter(center, g.circle(ring))],
  [new RegExp(`^([A-Z]{2}) is the tangent to ${C}([A-Z])$`), (g, [, line, ring]) => isTangent(g, line, ring)],
  [new RegExp(`^the tangent to ${C}([A-Z]) is ([A-Z]{2})$`), (g, [, ring, line]) => isTangent(g, line, ring)],
  [new RegExp(`^([A-Z]{2}) is (?:the|a) (diameter|radius|chord) of ${C}([A-Z])$`), (g, [, line, part, ring]) => isPart(g, line, part, ring)],
  [new RegExp(`^([A-Z]{2}) is (?:a tangent) to ${C}([A-Z])$`), (g, [, line, ring]) => isTangent(g, line, ring)],
  [new RegExp(`^the (diameter|radius|chord) of ${C}([A-Z]) is ([A-Z]{2})$`), (g, [, part, ring, line]) => isPart(g, line, part, ring)],
  [new RegExp(`^([A-Z]{2}) (?:crosses|passes through the center of) ${C}([A-Z])$`), (g, [, line, ring]) => lineMeets(g, line, ring)],
  [new RegExp(`^the (diameter|radius) of ${C}([A-Z]) is ([^A-Z∠]+)$`), (g, [, part, ring, term], s) => g.same(g.circle(ring).radius * (part === "radius" ? 1 : 2), evaluateTerm(term, s))],
  [/^([A-Z]) (?:is the midpoint of segment|bisects segment) ([A-Z]{2})$/, (g, [, middle, line]) => g.isBetween(middle, line) && g.same(g.distance(middle, line[0]), g.distance(middle, line[1]))],
  [/^([A-Z]) (?:is a trisection point of|trisects) segment ([A-Z]{2})$/, (g, [, middle, line]) => g.isBetween(middle, line) && line.split("").some((end) => g.same(3 * g.distance(middle, end), g.distance(...line)))],
  [/^([A-Z]) is an endpoint of segment ([A-Z]{2})$/, (g, [, name, line]) => line.includes(name) || [...line].some((end) => g.distance(name, end) < 1e-6)],
  [/^([A-Z]{2}) (?:bisects|is the angle bisector of) ∠([A-Z]{3})$/, (g, [, ray, angle]) => splits(g, ray, angle, [0.5])],
  [/^([A-Z]{2}) (?:trisects|is a trisector of) ∠([A-Z]{3})$/, (g, [, ray, angle]) => splits(g, ray, angle, [1 / 3, 2 / 3])],
  [/^([A-Z]{2}) and ([A-Z]{2}) are opposite sides of the (?:▱|parallelogram) ([A-Z]{4})$/, (g, [, one, two, polygon]) => ![...one].some((letter) => two.includes(letter)) && isQuadrilateral(g, polygon, "parallelogram")],
  [/^([A-Z]{2}) and ([A-Z]{2}) are adjacent sides of the (?:▱|parallelogram) ([A-Z]{4})$/, (_, [, one, two]) => [...one].some((letter) => two.includes(letter))],
  [/^([A-Z]{2}) and ([A-Z]{2}) are opposite sides of the (rectangle|rhombus|kite|isosceles trapezoid|right trapezoid) ([A-Z]{4})$/, (g, [, one, two, kind, polygon]) => ![...one].some((letter) => two.includes(letter)) && isQuadrilateral(g, polygon, kind)],
  [/^(?:quadrilateral )?([A-Z]{4}) is an? (▱|parallelogram|rectangle|rhombus|square|kite|trapezoid|isosceles trapezoid|right trapezoid)$/, (g, [, polygon, kind]) => isQuadrilateral(g, polygon, kind === "▱" ? "parallelogram" : kind)],
  [/^(?:triangle |△ ?|triangle)([A-Z]{3}) is an? (right|isosceles|equilateral|scalene|obtuse|acute|isosceles right|obtuse isosceles) (?:triangle|△)$/, (g, [, letters, kind]) => isTriangle(g, letters, kind)],
  [/^(?:triangle|△) ?([A-Z]{3}) is similar to (?:triangle|△) ?([A-Z]{3})\.?$/, (g, [, one, two]) => correspond(g, one, two, false)],
  [/^(?:triangle|△) ?([A-Z]{3}) is congruent to (?:triangle|△) ?([A-Z]{3})\.?$/, (g, [, one, two]) => correspond(g, one, two, true)],
  [/^(?:triangle|△) ?([A-Z]{3}) is twice as large as (?:triangle|△) ?([A-Z]{3})$/, (g, [, one, two]) => g.same(g.area(one), 2 * g.area(two))],
  [/^(?:quadrilateral )?([A-Z]{4}) is (similar|congruent) to (?:quadrilateral )?([A-Z]{4})$/, (g, [, one, how, two]) => correspond(g, one, two, how === "congruent")],
  [/^(?:the measure of )(?:⌒|arc )([A-Z])([A-Z])([A-Z]) is ([^A-Z∠]+)$/, (g, [, ring, from, to, term], s) => {
    const value = evaluateTerm(term, s);
    const { center } = g.circle(ring);
    const [first, second] = [subtract(g.point(from), center), subtract(g.point(to), center)];
    const turn = (toDegrees(Math.atan2(cross(first, second), dot(first, second))) + 360) % 360;
    return Math.min(Math.abs(turn - value), Math.abs(360 - turn - value)) <= degreeTolerance;
  }],
  [new RegExp(`^the area of ${P}([A-Z]{3,4}) is ([^A-Z∠]+)$`), (g, [, polygon, term], s) => g.same(g.area(polygon), evaluateTerm(term, s))],
  [new RegExp(`^the perimeter of ${P}([A-Z]{3,4}) is ([^A-Z∠]+)$`), (g, [, polygon, term], s) => g.same(g.perimeter(polygon), evaluateTerm(term, s))],
  [/^([A-Z]{2}) is (?:the|an?) altitude of (?:triangle|△) ?([A-Z]{3})$/, (g, [, line, triangle]) => cevian(g, line, triangle, (base, foot, apex) => g.between(apex + foot, base) >= 90 - degreeTolerance && g.distanceToLine(foot, base) < relativeTolerance * g.distance(...base))],
  [/^([A-Z]{2}) is (?:the|an?) median of (?:triangle|△) ?([A-Z]{3})$/, (g, [, line, triangle]) => cevian(g, line, triangle, (base, foot) => g.isBetween(foot, base) && g.same(g.distance(foot, base[0]), g.distance(foot, base[1])))],
  [/^([A-Z]{2}) is (?:the|an?) midsegment of (?:triangle|△) ?([A-Z]{3})$/, (g, [, line, triangle]) => [...line].every((end) => !triangle.includes(end) && [0, 1, 2].some((side) => { const base = triangle[side] + triangle[(side + 1) % 3]; return g.isBetween(end, base) && g.same(g.distance(end, base[0]), g.distance(end, base[1])); }))],
];

function isTangent(g, line, ring) {
  const { center, radius } = g.circle(ring);
  const [a, b] = [...line].map(g.point);
  const direction = subtract(b, a);
  return Math.abs(Math.abs(cross(direction, subtract(center, a))) / length(direction) - radius) <= relativeTolerance * radius;
}

function lineMeets(g, line, ring) {
  const { center, radius } = g.circle(ring);
  const [a, b] = [...line].map(g.point);
  const direction = subtract(b, a);
  return Math.abs(cross(direction, subtract(center, a))) / length(direction) < radius * (1 - relativeTolerance);
}

function isPart(g, line, part, ring) {
  const circle = g.circle(ring);
  const on = [...line].map((end) => g.onCircle(end, circle));
  const centers = [...line].map((end) => g.isCenter(end, circle));
  if (part === "radius") return (on[0] && centers[1]) || (on[1] && centers[0]);
  if (!on[0] || !on[1]) return false;
  return part === "chord" || g.same(g.distance(...line), 2 * circle.radius);
}

function splits(g, ray, angle, shares) {
  const vertex = angle[1];
  if (!ray.includes(vertex)) {
    // a line through the vertex that is named by two other points
    const whole = g.angle(angle);
    if (g.distanceToLine(vertex, ray) > relativeTolerance * g.distance(...ray)) return false;
    return [...ray].some((end) => g.distance(end, vertex) > 1e-6 && shares.some((share) => Math.abs(g.angle(angle[0] + vertex + end) - share * whole) <= degreeTolerance && Math.abs(g.angle(end + vertex + angle[2]) - (1 - share) * whole) <= degreeTolerance));
  }
  const end = ray[0] === vertex ? ray[1] : ray[0];
  const whole = g.angle(angle);
  return shares.some((share) => Math.abs(g.angle(angle[0] + vertex + end) - share * whole) <= degreeTolerance && Math.abs(g.angle(end + vertex + angle[2]) - (1 - share) * whole) <= degreeTolerance);
}

function isSimple(g, letters) {
  const corners = [...letters].map(g.point);
  const crosses = (p, q, r, s) => cross(subtract(q, p), subtract(r, p)) * cross(subtract(q, p), subtract(s, p)) < 0 && cross(subtract(s, r), subtract(p, r)) * cross(subtract(s, r), subtract(q, r)) < 0;
  const count = corners.length;
  for (let i = 0; i < count; i += 1) for (let j = i + 2; j < count; j += 1) if ((j + 1) % count !== i && crosses(corners[i], corners[i + 1], corners[j], corners[(j + 1) % count])) return false;
  return true;
}

function isQuadrilateral(g, letters, kind) {
  if (!isSimple(g, letters)) return false;
  const [a, b, c, d] = letters;
  const parallel = (one, two) => g.between(one, two) <= degreeTolerance;
  const opposite = parallel(a + b, c + d) && parallel(b + c, d + a);
  const right = [d + a + b, a + b + c, b + c + d, c + d + a].map((corner) => Math.abs(g.angle(corner) - 90) <= degreeTolerance);
  const sides = [g.distance(a, b), g.distance(b, c), g.distance(c, d), g.distance(d, a)];
  const oneParallel = parallel(a + b, c + d) || parallel(b + c, d + a);
  switch (kind) {
    case "parallelogram": return opposite;
    case "rectangle": return opposite && right[0];
    case "rhombus": return opposite && g.same(sides[0], sides[1]);
    case "square": return opposite && right[0] && g.same(sides[0], sides[1]);
    case "kite": return (g.same(sides[0], sides[1]) && g.same(sides[2], sides[3])) || (g.same(sides[1], sides[2]) && g.same(sides[3], sides[0]));
    // Inclusive where it can be: a rectangle counts as both special trapezoids, so that no definition makes a negative true.
    case "trapezoid": return oneParallel;
    case "isosceles trapezoid": return (opposite && right[0]) || (oneParallel && !opposite && (parallel(a + b, c + d) ? g.same(sides[1], sides[3]) : g.same(sides[0], sides[2])));
    case "right trapezoid": return oneParallel && right.filter(Boolean).length >= 2;
    default: throw new Unread(kind);
  }
}

function isTriangle(g, letters, kind) {
  const [a, b, c] = letters;
  const angles = [g.angle(c + a + b), g.angle(a + b + c), g.angle(b + c + a)];
  const widest = Math.max(...angles);
  const sides = [g.distance(a, b), g.distance(b, c), g.distance(c, a)];
  const equalPair = g.same(sides[0], sides[1]) || g.same(sides[1], sides[2]) || g.same(sides[2], sides[0]);
  const right = Math.abs(widest - 90) <= degreeTolerance;
  switch (kind) {
    case "right": return right;
    case "isosceles": return equalPair;
    case "equilateral": return g.same(sides[0], sides[1]) && g.same(sides[1], sides[2]);
    case "scalene": return !equalPair;
    case "obtuse": return widest > 90 + degreeTolerance;
    case "acute": return widest < 90 - degreeTolerance;
    case "isosceles right": return right && equalPair;
    case "obtuse isosceles": return widest > 90 + degreeTolerance && equalPair;
    default: throw new Unread(kind);
  }
}

function correspond(g, one, two, equal) {
  const ratios = [...one].map((_, side) => g.distance(one[side], one[(side + 1) % one.length]) / g.distance(two[side], two[(side + 1) % two.length]));
  return ratios.every((ratio) => g.same(ratio, ratios[0])) && (!equal || g.same(ratios[0], 1));
}

function cevian(g, line, triangle, holds) {
  const apex = [...line].find((end) => triangle.includes(end));
  if (apex === undefined) return false;
  const foot = line[0] === apex ? line[1] : line[0];
  const base = [...triangle].filter((corner) => corner !== apex).join("");
  return [...line].filter((end) => triangle.includes(end)).some((end) => holds([...triangle].filter((corner) => corner !== end).join(""), line[0] === end ? line[1] : line[0], end)) || holds(base, foot, apex);
}

/**
 * `true`, `false`, or null where the clause is of a kind this reader does not know or names what the scene has not got.
 *
 * @param halfCircles names of the circles of which no more than half is drawn
 */
export function truthOfClause(clause, scene, halfCircles = new Set()) {
  const text = clause.trim();
  const half = /semicircle ([A-Z])\b/.exec(text);
  if (half !== null && !halfCircles.has(half[1])) return false;
  for (const [pattern, holds] of readings) {
    const match = pattern.exec(text);
    if (match === null) continue;
    try {
      return holds(geometry(scene), match, scene.symbols);
    } catch (error) {
      if (error instanceof Unread) return null;
      throw error;
    }
  }
  return null;
}

/** The clauses of a FormalGeo caption: what stands between "As shown in the diagram," and the question. */
export function clausesOf(caption) {
  const body = caption.replace(/^As shown in the diagram, /, "").replace(/\.+ ?Find .*$/s, "");
  return body.split(", ");
}
