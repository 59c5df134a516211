import type { DiagramRecord } from "@mmgeo/dataset";
import { editClasses, editClassSchema } from "@mmgeo/dataset";
import { captionOf, type LanguageModelMessage, type Statement } from "@mmgeo/diagram";
import { z } from "zod";
import { maximumEdits } from "../choose-edits.js";

const editOfText = z.object({ class: editClassSchema, from: z.string().min(1), to: z.string().min(1) });

/** What a model answers about a plain caption: for each negative its edits, as words of the caption and what takes their place. */
export const textAnswerSchema = z.object({ negatives: z.array(z.object({ edits: z.array(editOfText).min(1).max(maximumEdits) })) });

const editOfClaim = z.object({ class: editClassSchema, claim: z.number().int().min(1), to: z.string().min(1) });

/** What a model answers about a caption with claims: for each negative its edits, as the number of a claim and the statement that takes its place. */
export const claimsAnswerSchema = z.object({ negatives: z.array(z.object({ edits: z.array(editOfClaim).min(1).max(maximumEdits) })) });

export type TextAnswer = z.infer<typeof textAnswerSchema>;
export type ClaimsAnswer = z.infer<typeof claimsAnswerSchema>;

/** The rules of the paper's section 2.2, as a model is told them. */
const rules = `You change true captions of geometry diagrams so that they become false of their diagram while they read as before.
Each negative caption has 1 to ${maximumEdits} edits, spread over the caption, each of one of these classes:
- ${editClasses[0]}: letters in another order or place (AB = 5 becomes AC = 5; quadrilateral ABCD becomes ACBD);
- ${editClasses[1]}: another kind of shape (right triangle becomes equilateral triangle; diameter becomes radius);
- ${editClasses[2]}: another relation (parallel becomes perpendicular; tangent to becomes crosses);
- ${editClasses[3]}: another length, angle, area or count, clearly different in value.
Every edit has to make the caption false by itself. Never change what changes nothing: ABCD to BCDA or DCBA, AB to BA, angle ABC to CBA, AB parallel to CD to CD parallel to AB, 1/2 to 0.5, a word to a synonym.
Never only weaken: a square is a rectangle, congruent triangles are similar. Never use a letter that the caption does not have. Keep the grammar right.`;

/** What is asked of a model about a caption of which nothing else is known. */
export function messagesForText({ caption, count }: { caption: string; count: number }): LanguageModelMessage[] {
  return [
    { role: "system", content: `${rules}\nFor each edit give its class, the exact words of the caption that change (from; enough of them to occur once) and the words that take their place (to).` },
    { role: "user", content: `Caption: ${caption}\nWrite ${count} different negatives.` },
  ];
}

/** What is asked of a model about a caption whose claims are known as statements. */
export function messagesForClaims({ record, claims, wording, count }: { record: DiagramRecord; claims: readonly Statement[]; wording: number; count: number }): LanguageModelMessage[] {
  const { sentences, text } = captionOf({ claims, seed: wording });
  const listed = record.claims.map((claim, index) => `${index + 1}. ${claim}   (${text.slice(...sentences[index]!.span)})`);
  return [
    { role: "system", content: `${rules}\nThe caption is given as numbered statements of a formal language. For each edit give its class, the number of the statement (claim) and the changed statement in the same language (to).` },
    { role: "user", content: `Statements:\n${listed.join("\n")}\nWrite ${count} different negatives.` },
  ];
}
