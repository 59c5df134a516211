import { InputError } from "@mmgeo/dataset";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import type { Random } from "../choose-edits.js";
import type { Neighbour } from "./search.js";

/**
 * Which of a caption's neighbours become its negatives: the controls of sentence-transformers' `mine_hard_negatives`, and SimANS' weights.
 * Scores are similarities; a caption's own score, against which margins are taken, is 1 unless given.
 */
export interface Selection {
  /** ranks to pass over, best first. @default 0 */
  rangeMin: number;
  /** rank after which nothing is taken; null for no limit. @default null */
  rangeMax: number | null;
  /** the highest score taken. @default null */
  maxScore: number | null;
  /** the lowest score taken. @default null */
  minScore: number | null;
  /** a negative scores at least this much less than the positive. @default null */
  absoluteMargin: number | null;
  /** a negative scores at most (1 - this) times the positive's score. @default null */
  relativeMargin: number | null;
  /** the best, any, or weighted as SimANS does: exp(-a (score - positive score - b)²). @default "top" */
  sampling: "top" | "random" | "simans";
  /** SimANS' a. @default 1 */
  simansScale: number;
  /** SimANS' b. @default 0 */
  simansShift: number;
}

export const defaultSelection: Selection = { rangeMin: 0, rangeMax: null, maxScore: null, minScore: null, absoluteMargin: null, relativeMargin: null, sampling: "top", simansScale: 1, simansShift: 0 };

/** The controls with their defaults; an InputError names one that is out of range. */
export function readSelection(given: Partial<Selection> = {}): Selection {
  const selection = { ...defaultSelection, ...given };
  const refuse = (field: string, message: string): never => {
    throw new InputError({ message, field });
  };
  if (!Number.isInteger(selection.rangeMin) || selection.rangeMin < 0) refuse("rangeMin", "the first rank has to be a whole number from 0");
  if (selection.rangeMax !== null && (!Number.isInteger(selection.rangeMax) || selection.rangeMax <= selection.rangeMin)) refuse("rangeMax", `the last rank has to be a whole number above rangeMin (${selection.rangeMin})`);
  for (const field of ["maxScore", "minScore", "absoluteMargin", "relativeMargin"] as const) {
    const value = selection[field];
    if (value !== null && !Number.isFinite(value)) refuse(field, "it has to be a number");
  }
  if (selection.relativeMargin !== null && (selection.relativeMargin < 0 || selection.relativeMargin > 1)) refuse("relativeMargin", "it has to lie from 0 to 1");
  if (selection.minScore !== null && selection.maxScore !== null && selection.minScore > selection.maxScore) refuse("minScore", "it is above maxScore, so nothing could be taken");
  if (!["top", "random", "simans"].includes(selection.sampling)) refuse("sampling", "it has to be top, random or simans");
  return selection;
}

export type ScoreFilter = "maxScore" | "minScore" | "absoluteMargin" | "relativeMargin";

/** The filter that keeps a score out, or null. */
export function scoreFilterAgainst(score: number, positive: number, selection: Selection): ScoreFilter | null {
  if (selection.maxScore !== null && score > selection.maxScore) return "maxScore";
  if (selection.minScore !== null && score < selection.minScore) return "minScore";
  if (selection.absoluteMargin !== null && score > positive - selection.absoluteMargin) return "absoluteMargin";
  if (selection.relativeMargin !== null && score > positive * (1 - selection.relativeMargin)) return "relativeMargin";
  return null;
}

/** Chooses `count` of the candidates left after filtering, best first in the result. */
export function chooseNeighbours({ candidates, count, positive, selection, random }: { candidates: Neighbour[]; count: number; positive: number; selection: Selection; random: Random }): Neighbour[] {
  if (selection.sampling === "top" || candidates.length <= count) return candidates.slice(0, count);
  // Weighted sampling without replacement: the largest log(u) / weight win (Efraimidis and Spirakis).
  const keyed = candidates.map((candidate) => {
    const distance = candidate.similarity - positive - selection.simansShift;
    const weight = selection.sampling === "random" ? 1 : Math.exp(-selection.simansScale * distance * distance);
    return { candidate, key: Math.log(uniformFloat64(random) || Number.MIN_VALUE) / Math.max(weight, Number.MIN_VALUE) };
  });
  return keyed
    .toSorted((first, second) => second.key - first.key)
    .slice(0, count)
    .map(({ candidate }) => candidate)
    .toSorted((first, second) => second.similarity - first.similarity || first.index - second.index);
}
