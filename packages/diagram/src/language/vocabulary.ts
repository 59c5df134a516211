/**
 * Every predicate of CDL (FormalGeo, GFS-Basic vocabulary v1) with the pattern of its arguments, and the drawing
 * statement this project adds. What each says on coordinates is decided in `check/`.
 */

export type PredicateKind =
  /** how the figure is put together */
  | "construction"
  /** a bare point, line, arc, angle, polygon or circle */
  | "basic"
  /** a named shape */
  | "entity"
  /** how two or more things lie to one another */
  | "relation"
  /** a number of the drawing, used inside `Equal` and `Value` */
  | "attribution"
  /** `Equal`, `Equation`, `Value` */
  | "algebra"
  /** what the picture writes or marks */
  | "drawing";

export interface Predicate {
  name: string;
  kind: PredicateKind;
  /** Arguments as the vocabulary writes them, `["AB", "CD"]`: one entry an argument, one letter a point. `null` where their number varies. */
  pattern: readonly string[] | null;
  /** Limits for predicates whose pattern is `null`: how many arguments, and how many letters each may have. */
  variable?: { arguments: readonly [number, number]; letters: readonly [number, number] };
}

/** A figure with more vertices, pieces or points on a line than this is refused before anything is allocated for it. */
const MAX_LETTERS = 26;

const fixed: Record<Exclude<PredicateKind, "construction" | "algebra" | "drawing">, readonly string[]> = {
  basic: ["Point(A)", "Line(AB)", "Arc(OAB)", "Angle(ABC)", "Circle(O)"],
  entity: [
    "RightTriangle(ABC)",
    "IsoscelesTriangle(ABC)",
    "IsoscelesRightTriangle(ABC)",
    "EquilateralTriangle(ABC)",
    "Kite(ABCD)",
    "Parallelogram(ABCD)",
    "Rhombus(ABCD)",
    "Rectangle(ABCD)",
    "Square(ABCD)",
    "Trapezoid(ABCD)",
    "IsoscelesTrapezoid(ABCD)",
    "RightTrapezoid(ABCD)",
  ],
  relation: [
    "IsMidpointOfLine(M,AB)",
    "IsMidpointOfArc(M,OAB)",
    "ParallelBetweenLine(AB,CD)",
    "PerpendicularBetweenLine(AO,CO)",
    "IsPerpendicularBisectorOfLine(CO,AB)",
    "IsBisectorOfAngle(BD,ABC)",
    "IsMedianOfTriangle(AD,ABC)",
    "IsAltitudeOfTriangle(AD,ABC)",
    "IsMidsegmentOfTriangle(DE,ABC)",
    "IsCircumcenterOfTriangle(O,ABC)",
    "IsIncenterOfTriangle(O,ABC)",
    "IsCentroidOfTriangle(O,ABC)",
    "IsOrthocenterOfTriangle(O,ABC)",
    "CongruentBetweenTriangle(ABC,DEF)",
    "MirrorCongruentBetweenTriangle(ABC,DEF)",
    "SimilarBetweenTriangle(ABC,DEF)",
    "MirrorSimilarBetweenTriangle(ABC,DEF)",
    "IsAltitudeOfQuadrilateral(EF,ABCD)",
    "IsMidsegmentOfQuadrilateral(EF,ABCD)",
    "IsCircumcenterOfQuadrilateral(O,ABCD)",
    "IsIncenterOfQuadrilateral(O,ABCD)",
    "CongruentBetweenQuadrilateral(ABCD,EFGH)",
    "MirrorCongruentBetweenQuadrilateral(ABCD,EFGH)",
    "SimilarBetweenQuadrilateral(ABCD,EFGH)",
    "MirrorSimilarBetweenQuadrilateral(ABCD,EFGH)",
    "CongruentBetweenArc(OAB,OCD)",
    "SimilarBetweenArc(OAB,OCD)",
    "IsDiameterOfCircle(AB,O)",
    "IsTangentOfCircle(PA,O)",
    "IsCentreOfCircle(P,O)",
  ],
  attribution: [
    "LengthOfLine(AB)",
    "MeasureOfAngle(ABC)",
    "PerimeterOfTriangle(ABC)",
    "AreaOfTriangle(ABC)",
    "HeightOfTriangle(ABC)",
    "RatioOfSimilarTriangle(ABC,DEF)",
    "RatioOfMirrorSimilarTriangle(ABC,DEF)",
    "PerimeterOfQuadrilateral(ABCD)",
    "AreaOfQuadrilateral(ABCD)",
    "HeightOfQuadrilateral(ABCD)",
    "RatioOfSimilarQuadrilateral(ABCD,EFGH)",
    "RatioOfMirrorSimilarQuadrilateral(ABCD,EFGH)",
    "LengthOfArc(OAB)",
    "MeasureOfArc(OAB)",
    "RatioOfSimilarArc(OAB,OCD)",
    "RadiusOfCircle(O)",
    "DiameterOfCircle(O)",
    "PerimeterOfCircle(O)",
    "AreaOfCircle(O)",
    "PerimeterOfSector(OAB)",
    "AreaOfSector(OAB)",
    "XCoordinateOfPoint(A)",
    "YCoordinateOfPoint(A)",
  ],
};

function fromPattern(kind: PredicateKind, text: string): Predicate {
  const open = text.indexOf("(");
  return { name: text.slice(0, open), kind, pattern: text.slice(open + 1, -1).split(",") };
}

/** Every predicate by name. */
export const vocabulary: ReadonlyMap<string, Predicate> = new Map(
  [
    { name: "Shape", kind: "construction", pattern: null, variable: { arguments: [1, MAX_LETTERS], letters: [1, 3] } },
    { name: "Collinear", kind: "construction", pattern: null, variable: { arguments: [1, 1], letters: [3, MAX_LETTERS] } },
    { name: "Cocircular", kind: "construction", pattern: null, variable: { arguments: [1, 2], letters: [1, MAX_LETTERS] } },
    // Of this project: coordinate axes with their origin, and a curve by its equation, through the points named.
    { name: "Axes", kind: "construction", pattern: ["O"] },
    { name: "Graph", kind: "relation", pattern: null },
    { name: "Polygon", kind: "basic", pattern: null, variable: { arguments: [1, 1], letters: [3, MAX_LETTERS] } },
    { name: "Equal", kind: "algebra", pattern: null },
    { name: "Equation", kind: "algebra", pattern: null },
    { name: "Value", kind: "algebra", pattern: null },
    { name: "Mark", kind: "drawing", pattern: null },
    ...(Object.keys(fixed) as (keyof typeof fixed)[]).flatMap((kind) => fixed[kind].map((text) => fromPattern(kind, text))),
  ].map((predicate) => [predicate.name, predicate as Predicate]),
);
