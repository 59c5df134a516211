/**
 * AlphaGeometry's constructions: the names of their arguments, then what they say, in its own predicates. `inside`,
 * `outside`, `left`, `right` and `draw` are ours: on which side a point lies, and which polygon a construction draws.
 */
const table = `
angle_bisector x a b c : eqangle b a b x b x b c
angle_mirror x a b c : eqangle b a b c b c b x
circle x a b c : round x a b c
circumcenter x a b c : cong x a x b, cong x b x c
eq_quadrangle a b c d : cong d a b c, draw a b c d
eq_trapezoid a b c d : para d c a b, cong d a b c, cong a c b d, draw a b c d
eq_triangle x b c : cong x b b c, cong b c c x, draw x b c
eqangle2 x a b c : eqangle a b a x c x c b
eqdia_quadrangle a b c d : cong d b a c, draw a b c d
eqdistance x a b c : cong x a b c
foot x a b c : perp x a b c, coll x b c
free a :
incenter x a b c : eqangle a b a x a x a c, eqangle c a c x c x c b, inside x a b c
incenter2 x y z i a b c : eqangle a b a i a i a c, eqangle c a c i c i c b, inside i a b c, coll x b c, perp i x b c, coll y c a, perp i y c a, coll z a b, perp i z a b, round i x y z
excenter x a b c : eqangle a b a x a x a c, eqangle c a c x c x c b, outside x a b c
excenter2 x y z i a b c : eqangle a b a i a i a c, eqangle c a c i c i c b, outside i a b c, coll x b c, perp i x b c, coll y c a, perp i y c a, coll z a b, perp i z a b, round i x y z
centroid x y z i a b c : midp x b c, midp y c a, midp z a b, coll a x i, coll b y i, coll c z i
ninepoints x y z i a b c : midp x b c, midp y c a, midp z a b, round i x y z
intersection_cc x o w a : round o a x, round w a x
intersection_lc x a o b : coll x a b, round o b x
intersection_ll x a b c d : coll x a b, coll x c d
intersection_lp x a b c m n : coll x a b, para c x m n
intersection_lt x a b c d e : coll x a b, perp x c d e
intersection_pp x a b c d e f : para x a b c, para x d e f
intersection_tt x a b c d e f : perp x a b c, perp x d e f
iso_triangle a b c : cong a b a c, draw a b c
lc_tangent x a o : perp a x a o
midpoint x a b : midp x a b
mirror x a b : midp b a x
nsquare x a b : cong x a a b, perp x a a b, right a b x
on_aline x a b c d e : eqangle a x a b d c d e
on_aline2 x a b c d e : eqangle x a x b d c d e
on_bline x a b : cong x a x b
on_circle x o a : round o a x
on_line x a b : coll x a b
on_pline x a b c : para x a b c
on_tline x a b c : perp x a b c
orthocenter x a b c : perp x a b c, perp x b c a
parallelogram a b c x : para a b c x, para a x b c, draw a b c x
pentagon a b c d e : draw a b c d e
psquare x a b : cong x a a b, perp x a a b, left a b x
quadrangle a b c d : draw a b c d
r_trapezoid a b c d : para a b c d, perp a b a d, draw a b c d
r_triangle a b c : perp a b a c, draw a b c
rectangle a b c d : perp a b b c, para a b c d, para a d b c, draw a b c d
reflect x a b c : cong b a b x, cong c a c x
risos a b c : perp a b a c, cong a b a c, draw a b c
s_angle a b x y : s_angle a b x y
segment a b : draw a b
shift x b c d : cong x b c d, cong x c b d
square a b x y : perp a b b x, cong a b b x, para a b x y, para a y b x, draw a b x y
isquare a b c d : perp a b b c, cong a b b c, para a b c d, para a d b c, draw a b c d
trapezoid a b c d : para a b c d, draw a b c d
triangle a b c : draw a b c
triangle12 a b c : rconst a b a c 1 2, draw a b c
2l1c x y z i a b c o : coll x a c, coll y b c, round o a z, coll i o z, round i x y z, perp i x a c, perp i y b c
e5128 x y a b c d : cong c b c x, coll y a b, coll x y d, eqangle a b a d x a x y
3peq x y z a b c : coll z b c, coll x a b, coll y a c, midp z x y
trisect x y a b c : coll x a c, coll y a c, eqangle b a b x b x b y, eqangle b x b y b y b c
trisegment x y a b : coll x a b, coll y a b, cong x a x y, cong y x y b
on_dia x a b : perp x a x b
ieq_triangle a b c : cong a b b c, cong b c c a, draw a b c
on_opline x a b : coll x a b
cc_tangent0 x y o a w b : round o a x, round w b y, perp x o x y, perp y w y x
cc_tangent x y z i o a w b : round o a x z, round w b y i, perp x o x y, perp y w y x, perp z o z i, perp i w i z
eqangle3 x a b d e f : eqangle x a x b d e d f
tangent x y a o b : round o b x y, perp a x o x, perp a y o y
on_circum x a b c : cyclic a b c x
`;

/** A predicate over names: `["coll", "x", "a", "b"]`. `round o a b` puts points on a drawn circle about o. */
export type Predicate = readonly [name: string, ...names: string[]];

export interface Construction {
  parameters: string[];
  predicates: Predicate[];
}

export const constructions: ReadonlyMap<string, Construction> = new Map(
  table
    .trim()
    .split("\n")
    .map((line): [string, Construction] => {
      const [head = "", body = ""] = line.split(" :");
      const [name = "", ...parameters] = head.split(" ");
      const predicates = body.split(",").flatMap((text): Predicate[] => {
        const [predicate = "", ...names] = text.trim().split(" ");
        return predicate === "" ? [] : [[predicate, ...names]];
      });
      return [name, { parameters, predicates }];
    }),
);
