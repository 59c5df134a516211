import type { DiagramRecord, EditClass, RuleNegative, Scene } from "@mmgeo/dataset";
import { captionOf, checkStatement, editContextOf, editsOf, namesOf, parseProgram, seededRandom, type EditContext, type Statement } from "@mmgeo/diagram";
import { chooseEdits, randomFor } from "../choose-edits.js";
import { captionSeed, claimsOf, looseSymbols, negativeOf, type ProvenEdit } from "./worded-claims.js";

/** Why edits, or whole records, gave no negative. */
export type ClaimReason = "no claims" | "caption is not that of its claims" | "nothing proven false" | "fewer distinct negatives than asked for" | "edit true of the image" | "edit undecided" | "edit of a symbol that nothing else binds";

export interface ClaimNegatives {
  negatives: RuleNegative[];
  /** how many edits or records each reason left out */
  reasons: Partial<Record<ClaimReason, number>>;
}

/** Proven edits kept for one class of one claim: enough for `count` distinct negatives, few enough to prove in time. */
const provenFor = (count: number): number => Math.max(4, Math.min(32, Math.ceil(count / 2)));

/** The edits of one claim that the checker finds visibly false of the scene, at most `most` a class. */
function provenEdits({ claim, index, claims, context, scene, seed, most, count }: { claim: Statement; index: number; claims: readonly Statement[]; context: EditContext; scene: Scene; seed: number; most: number; count: (reason: ClaimReason) => void }): ProvenEdit[] {
  const loose = looseSymbols(claims);
  const kept: Record<EditClass, number> = { order: 0, shape: 0, relation: 0, number: 0 };
  const proven: ProvenEdit[] = [];
  for (const edit of seededRandom("rule negatives", seed, index).shuffle(editsOf(claim, context))) {
    if (kept[edit.class] >= most) continue;
    if (namesOf([edit.to]).symbols.some((symbol) => loose.has(symbol))) {
      count("edit of a symbol that nothing else binds");
      continue;
    }
    const { verdict } = checkStatement(edit.to, scene, { reading: "english" });
    if (verdict === "false") {
      kept[edit.class] += 1;
      proven.push({ class: edit.class, claim: index, edit });
    } else count(verdict === "true" ? "edit true of the image" : "edit undecided");
  }
  return proven;
}

/**
 * Rule negatives of a record (the paper's section 2.2), proven: each edit changes one claim into one that the checker finds visibly false of the
 * record's scene. The negative is worded as the positive caption is, so that the edited claims are the only difference. Nothing unproven is
 * returned; `reasons` says what was left out.
 *
 * @param input.count how many to make
 * @param input.seed any integer; the same seed gives the same negatives
 * @throws {InputError} where a claim or the program cannot be parsed
 */
export function ruleNegatives({ record, count, seed }: { record: DiagramRecord; count: number; seed: number }): ClaimNegatives {
  const reasons: Partial<Record<ClaimReason, number>> = {};
  const countReason = (reason: ClaimReason): void => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  const none = (reason: ClaimReason): ClaimNegatives => {
    countReason(reason);
    return { negatives: [], reasons };
  };
  if (count <= 0) return { negatives: [], reasons };
  if (record.claims.length === 0) return none("no claims");
  const claims = claimsOf(record);
  const wording = captionSeed(record, claims);
  if (wording === null) return none("caption is not that of its claims");
  const context = editContextOf(parseProgram(record.program).lines.map(({ statement }) => statement));
  const parts = claims.map((claim, index) => provenEdits({ claim, index, claims, context, scene: record.scene, seed, most: provenFor(count), count: countReason }));
  const positive = captionOf({ claims, seed: wording });
  const negatives = chooseEdits({
    parts,
    count,
    random: randomFor(seed, record.id),
    taken: record.caption,
    placeOf: ({ claim }) => claim,
    realize: (chosen) => negativeOf({ chosen, claims, positive, wording }),
    keyOf: ({ caption }) => caption,
  });
  if (negatives.length === 0) countReason("nothing proven false");
  else if (negatives.length < count) countReason("fewer distinct negatives than asked for");
  return { negatives, reasons };
}
