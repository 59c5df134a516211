import { InputError, type DiagramRecord, type EditClass, type RuleNegative } from "@mmgeo/dataset";
import { captionOf, formatStatement, meaningOf, namesOf, seedOf, type Statement, type StatementEdit } from "@mmgeo/diagram";
import { changedSpan } from "./changed-span.js";
import { statementOf } from "./proof.js";

/** An edit of one claim of a record that the checker found false of its scene. */
export interface ProvenEdit {
  class: EditClass;
  claim: number;
  edit: StatementEdit;
}

/** Free symbols that stand in one claim alone: another value of the symbol would make a changed claim true. */
export function looseSymbols(claims: readonly Statement[]): Set<string> {
  const counts = new Map<string, number>();
  for (const claim of claims) for (const symbol of namesOf([claim]).symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count < 2).map(([symbol]) => symbol));
}

/**
 * The claims of a record as statements.
 *
 * @throws {InputError} naming a claim that is none
 */
export function claimsOf(record: DiagramRecord): Statement[] {
  return record.claims.map((claim) => {
    const statement = statementOf(claim);
    if (statement === null) throw new InputError({ message: `the record ${record.id} has a claim that is no statement: ${claim}; correct it`, field: "claims" });
    return statement;
  });
}

/** The seed with which the record's caption says its claims (the diagram package mixes the id into it), or null where the caption is not of the renderer's making. */
export function captionSeed(record: DiagramRecord, claims: readonly Statement[]): number | null {
  const { seed } = record.provenance;
  return [seedOf(record.id, seed), seed].find((candidate) => captionOf({ claims, seed: candidate }).text === record.caption) ?? null;
}

/** The negative of chosen edits, worded as the positive caption is. */
export function negativeOf({ chosen, claims, positive, wording }: { chosen: ProvenEdit[]; claims: readonly Statement[]; positive: ReturnType<typeof captionOf>; wording: number }): RuleNegative {
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
