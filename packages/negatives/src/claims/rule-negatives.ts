import { InputError, type DiagramRecord, type EditClass, type RuleNegative, type Scene } from "@mmgeo/dataset";
import { captionOf, checkStatement, editContextOf, editsOf, formatStatement, meaningOf, namesOf, parseProgram, seededRandom, seedOf, type EditContext, type Statement, type StatementEdit } from "@mmgeo/diagram";
import { chooseEdits, randomFor } from "../choose-edits.js";
import { changedSpan } from "./changed-span.js";
import { statementOf } from "./proof.js";

/** Why edits, or whole records, gave no negative. */
export type ClaimReason = "no claims" | "caption is not that of its claims" | "nothing proven false" | "fewer distinct negatives than asked for" | "edit true of the image" | "edit undecided" | "edit of a symbol that nothing else binds";

export interface ClaimNegatives {
  negatives: RuleNegative[];
  /** how many edits or records each reason left out */
  reasons: Partial<Record<ClaimReason, number>>;
}

/** Proven edits kept for one class of one claim: enough for `count` distinct negatives, few enough to prove in time. */
const provenFor = (count: number): number => Math.max(4, Math.min(32, Math.ceil(count / 2)));

interface ProvenEdit {
  class: EditClass;
  claim: number;
  edit: StatementEdit;
}

/** Free symbols that stand in one claim alone: another value of the symbol would make a changed claim true. */
function looseSymbols(claims: readonly Statement[]): Set<string> {
  const counts = new Map<string, number>();
  for (const claim of claims) for (const symbol of namesOf([claim]).symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count < 2).map(([symbol]) => symbol));
}

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

/** The seed with which the record's caption says its claims (the diagram package mixes the id into it), or null where the caption is not of the renderer's making. */
function captionSeed(record: DiagramRecord, claims: readonly Statement[]): number | null {
  const { seed } = record.provenance;
  return [seedOf(record.id, seed), seed].find((candidate) => captionOf({ claims, seed: candidate }).text === record.caption) ?? null;
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
  const claims = record.claims.map((claim) => {
    const statement = statementOf(claim);
    if (statement === null) throw new InputError({ message: `the record ${record.id} has a claim that is no statement: ${claim}; correct it`, field: "claims" });
    return statement;
  });
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

function negativeOf({ chosen, claims, positive, wording }: { chosen: ProvenEdit[]; claims: readonly Statement[]; positive: ReturnType<typeof captionOf>; wording: number }): RuleNegative {
  const edited = [...claims];
  for (const { claim, edit } of chosen) edited[claim] = edit.to;
  const caption = captionOf({ claims: edited, seed: wording });
  const edits = chosen
    .toSorted((first, second) => first.claim - second.claim)
    .map(({ class: editClass, claim, edit }) => {
      const [start, end] = caption.sentences[claim]!.span;
      const [from, to] = positive.sentences[claim]!.span;
      const [first, last] = changedSpan(positive.text.slice(from, to), caption.text.slice(start, end));
      return { class: editClass, from: formatStatement(edit.from), to: formatStatement(edit.to), span: [start + first, start + last] as [number, number] };
    });
  // Two edits may lead to the same claim; it is one false claim.
  const falseClaims = [...new Map(chosen.map(({ edit }) => [meaningOf(edit.to, "english"), formatStatement(edit.to)])).values()];
  return { kind: "rule", caption: caption.text, claims: edited.map(formatStatement), falseClaims, edits };
}
