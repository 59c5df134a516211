import type { Position, Scene } from "@mmgeo/dataset";
import { measure } from "../check/measure.js";
import { traceCurve } from "../draw/curves.js";
import { figureOf, type Figure } from "../draw/figure.js";
import { type Mark, marksOf } from "../draw/marks.js";
import { type Region, regionsOf } from "../draw/regions.js";
import { drawSvg } from "../draw/svg.js";
import { formatExpression } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";

/** Languages a diagram can be written in. */
export const exportFormats = ["svg", "tikz", "matplotlib", "geogebra"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportExtensions: Record<ExportFormat, string> = { svg: "svg", tikz: "tex", matplotlib: "py", geogebra: "ggb.txt" };

const number = (value: number): string => {
  const text = value.toFixed(6).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
};
const pair = ([x, y]: Position): string => `(${number(x)},${number(y)})`;
const degrees = (radians: number): number => (radians * 180) / Math.PI;

interface Drawn {
  figure: Figure;
  /** What is shaded, and what of it is left out again, in this order. */
  regions: Region[];
  /** Curves as polylines, their equations as text, and the ends of the axes. */
  curves: Position[][];
  equations: string[];
  axes: [Position, Position][];
  /** Values to write, each at its place in the scene. */
  notes: { text: Expression; degrees: boolean; at: Position }[];
}

function drawnOf(scene: Scene, statements: readonly Statement[]): Drawn {
  const figure = figureOf(scene, statements);
  const at = (label: string): Position => scene.points[label] as Position;
  const notes = marksOf({ statements, scene, measure }).flatMap((mark: Mark): Drawn["notes"] => {
    if (mark.kind === "length") {
      const [one, two] = [at(mark.from), at(mark.to)];
      return [{ text: mark.value, degrees: false, at: [(one[0] + two[0]) / 2, (one[1] + two[1]) / 2] }];
    }
    if (mark.kind !== "angle") return [];
    const [a = "", b = "", c = ""] = mark.angle;
    const unit = ([x, y]: Position, [vx, vy]: Position): Position => [(x - vx) / Math.hypot(x - vx, y - vy), (y - vy) / Math.hypot(x - vx, y - vy)];
    const [one, two, vertex] = [unit(at(a), at(b)), unit(at(c), at(b)), at(b)];
    const reach = 0.22 * Math.min(Math.hypot(at(a)[0] - vertex[0], at(a)[1] - vertex[1]), Math.hypot(at(c)[0] - vertex[0], at(c)[1] - vertex[1]));
    return [{ text: mark.value, degrees: true, at: [vertex[0] + reach * (one[0] + two[0]), vertex[1] + reach * (one[1] + two[1])] }];
  });
  const { window } = figure;
  const axes: Drawn["axes"] = window === null || figure.axes === null ? [] : [[[window.left, 0], [window.right, 0]], [[0, window.bottom], [0, window.top]]];
  const value = (side: Expression): string => formatExpression(side).replace(/[a-wzα-ω](?![a-z(])/gu, (name) => (scene.symbols[name] === undefined ? name : number(scene.symbols[name])));
  return { figure, regions: regionsOf(statements, scene), notes, axes, curves: window === null ? [] : figure.graphs.flatMap((graph) => traceCurve(graph, window, scene.symbols)), equations: figure.graphs.map((graph) => `${value(graph.left)} = ${value(graph.right)}`) };
}

/** Writes a solved diagram as code: the same coordinates and labels in the language asked for. */
export function exportDiagram({ scene, statements, format, seed = 1 }: { scene: Scene; statements: readonly Statement[]; format: ExportFormat; /** of the SVG's label places @default 1 */ seed?: number }): string {
  switch (format) {
    case "svg":
      return drawSvg({ scene, statements, seed, measure });
    case "tikz":
      return tikz(drawnOf(scene, statements));
    case "matplotlib":
      return matplotlib(drawnOf(scene, statements));
    case "geogebra":
      return geogebra(drawnOf(scene, statements));
  }
}

function tex(expression: Expression): string {
  return formatExpression(expression)
    .replace(/sqrt\(([^()]*)\)/gi, "\\sqrt{$1}")
    .replace(/\bpi\b/g, "\\pi ")
    .replace(/\*/g, "")
    .replace(/\^(\d+)/g, "^{$1}");
}

const away = ([x, y]: Position, [cx, cy]: Position): string => `${y >= cy ? "above" : "below"} ${x >= cx ? "right" : "left"}`;

function center(figure: Figure): Position {
  const count = Math.max(figure.points.length, 1);
  return [figure.points.reduce((sum, { at }) => sum + at[0], 0) / count, figure.points.reduce((sum, { at }) => sum + at[1], 0) / count];
}

/** Longest side of the figure, for a picture of some 6 cm. */
function extentOf(figure: Figure): number {
  const reach = [...figure.points.map(({ at }) => at), ...figure.arcs.flatMap(({ center: [x, y], radius }): Position[] => [[x - radius, y - radius], [x + radius, y + radius]])];
  const [xs, ys] = [reach.map(([x]) => x), reach.map(([, y]) => y)];
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-9);
}

function tikz({ figure, regions, notes, axes, curves }: Drawn): string {
  const middle = center(figure);
  const lines = figure.points.map(({ label, at }) => `  \\coordinate (${label}) at ${pair(at)};`);
  for (const { shaded, outline } of regions) lines.push(`  \\fill[${shaded ? "black!18" : "white"}] ${outline.map(pair).join(" -- ")} -- cycle;`);
  for (const [start, end] of axes) lines.push(`  \\draw[->] ${pair(start)} -- ${pair(end)};`);
  for (const curve of curves) lines.push(`  \\draw ${curve.map(pair).join(" -- ")};`);
  for (const { from, to } of figure.segments) lines.push(`  \\draw (${from}) -- (${to});`);
  for (const { center: at, radius, from, extent } of figure.arcs) {
    if (extent > 6.2831) lines.push(`  \\draw ${pair(at)} circle[radius=${number(radius)}];`);
    else lines.push(`  \\draw ([shift={${pair(at)}}]${number(degrees(from))}:${number(radius)}) arc[start angle=${number(degrees(from))}, end angle=${number(degrees(from + extent))}, radius=${number(radius)}];`);
  }
  for (const { label, at, dot } of figure.points) lines.push(`  ${dot ? `\\fill (${label}) circle[radius=1pt] ` : "\\path "}(${label}) node[${away(at, middle)}] {$${label}$};`);
  for (const circle of figure.circles) if (circle.label === "dot" || circle.label === "rim") lines.push(`  \\path ${pair(circle.label === "dot" ? circle.center : [circle.center[0], circle.center[1] + circle.radius])} node[above] {$${circle.name}$};`);
  for (const { text, degrees: isAngle, at } of notes) lines.push(`  \\node[font=\\small, fill=white, inner sep=1pt] at ${pair(at)} {$${isAngle ? `(${tex(text)})^\\circ`.replace(/^\((-?[\d.]+)\)/, "$1") : tex(text)}$};`);
  return ["\\documentclass[tikz]{standalone}", "\\begin{document}", `\\begin{tikzpicture}[scale=${number(6 / extentOf(figure))}]`, ...lines, "\\end{tikzpicture}", "\\end{document}", ""].join("\n");
}

function matplotlib({ figure, regions, notes, axes, curves }: Drawn): string {
  const middle = center(figure);
  const offset = extentOf(figure) * 0.04;
  const lines = ["import matplotlib", 'matplotlib.use("Agg")', "import matplotlib.pyplot as plt", "from matplotlib.patches import Arc, Circle", "", "points = {", ...figure.points.map(({ label, at }) => `    "${label}": ${pair(at)},`), "}", "figure, axes = plt.subplots(figsize=(4, 4))"];
  for (const { shaded, outline } of regions) lines.push(`axes.fill(*zip(${outline.map(pair).join(", ")}), color="${shaded ? "0.82" : "white"}", linewidth=0)`);
  for (const [start, end] of axes) lines.push(`axes.annotate("", xy=${pair(end)}, xytext=${pair(start)}, arrowprops=dict(arrowstyle="->"))`);
  for (const curve of curves) lines.push(`axes.plot(*zip(${curve.map(pair).join(", ")}), color="black", linewidth=1.5)`);
  if (figure.segments.length > 0) {
    lines.push(`for start, end in [${figure.segments.map(({ from, to }) => `"${from}${to}"`).join(", ")}]:`, '    axes.plot(*zip(points[start], points[end]), color="black", linewidth=1.5)');
  }
  for (const { center: at, radius, from, extent } of figure.arcs) {
    if (extent > 6.2831) lines.push(`axes.add_patch(Circle(${pair(at)}, ${number(radius)}, fill=False, linewidth=1.5))`);
    else lines.push(`axes.add_patch(Arc(${pair(at)}, ${number(2 * radius)}, ${number(2 * radius)}, theta1=${number(degrees(from))}, theta2=${number(degrees(from + extent))}, linewidth=1.5))`);
  }
  for (const { label, at, dot } of figure.points) {
    const length = Math.max(Math.hypot(at[0] - middle[0], at[1] - middle[1]), 1e-9);
    if (dot) lines.push(`axes.plot(*points["${label}"], marker="o", markersize=3, color="black")`);
    lines.push(`axes.text(${number(at[0] + ((at[0] - middle[0]) / length) * offset)}, ${number(at[1] + ((at[1] - middle[1]) / length) * offset)}, "$${label}$", ha="center", va="center")`);
  }
  for (const circle of figure.circles) if (circle.label === "dot" || circle.label === "rim") lines.push(`axes.text(${number(circle.center[0] + offset / 2)}, ${number(circle.center[1] + (circle.label === "rim" ? circle.radius : 0) + offset)}, "$${circle.name}$", ha="center", va="center")`);
  for (const { text, degrees: isAngle, at } of notes) lines.push(`axes.text(${number(at[0])}, ${number(at[1])}, r"$${tex(text)}${isAngle ? "^\\circ" : ""}$", ha="center", va="center", fontsize=9)`);
  lines.push('axes.set_aspect("equal")', 'axes.axis("off")', "axes.margins(0.15)", 'figure.savefig("question.png", dpi=150)', "");
  return lines.join("\n");
}

/** Commands for GeoGebra's input bar or its `ggbApplet.evalCommand`, one a line. */
function geogebra({ figure, regions, notes, equations }: Drawn): string {
  const lines = figure.points.map(({ label, at }) => `${label}=${pair(at)}`);
  for (const [index, { shaded, outline }] of regions.entries()) {
    const name = `region${index + 1}`;
    lines.push(`${name}=Polygon(${outline.map(pair).join(",")})`, `SetColor(${name},"${shaded ? "Black" : "White"}")`, `SetFilling(${name},${shaded ? 0.18 : 1})`);
  }
  lines.push(...equations);
  for (const { from, to } of figure.segments) lines.push(`Segment(${from},${to})`);
  for (const { center: at, radius, from, extent, start, end } of figure.arcs) {
    if (extent > 6.2831) lines.push(`Circle(${pair(at)},${number(radius)})`);
    else lines.push(`CircularArc(${pair(at)},${start === "" ? pair([at[0] + radius * Math.cos(from), at[1] + radius * Math.sin(from)]) : start},${end})`);
  }
  for (const { text, degrees: isAngle, at } of notes) lines.push(`Text("${formatExpression(text)}${isAngle ? "°" : ""}",${pair(at)})`);
  return `${lines.join("\n")}\n`;
}
