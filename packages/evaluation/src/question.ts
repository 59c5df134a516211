/** One of the given answers; its label is what the prompt calls it. */
export interface Choice {
  /** `A`, `b`, or the text itself where the choices have no letters (`True`) */
  label: string;
  text: string;
}

/** A question as every benchmark of this package gives it. */
export interface EvaluationQuestion {
  /** unique in its benchmark */
  id: string;
  /** what the model reads, whole */
  prompt: string;
  /** the question alone, without instruction and choices: what is compared with training data. The prompt where left out */
  text?: string;
  /** the path of the picture, or null where there is none (or it was not downloaded) */
  image: string | null;
  /** null where the answer is open */
  choices: Choice[] | null;
  /** the label of the right choice (`a,c` where `several` may be), or the text of an open answer */
  gold: string;
  /** more than one choice may be right, and all of them are to be named */
  several?: boolean;
  /** what the question is counted under, e.g. `GEO`; none, one or several */
  categories: string[];
  /** questions of one group share a picture or a problem: intervals are clustered by it */
  group: string;
  /** an open answer counts as right when both agree after rounding to so many decimals; exact where left out */
  decimals?: number;
  /** fields of the published question that its authors' scorer or a renderer of its picture needs */
  source?: Readonly<Record<string, unknown>>;
}

/** The letters A, B, C and so on for a list of choices. */
export function lettered(texts: readonly string[]): Choice[] {
  return texts.map((text, index) => ({ label: String.fromCharCode(65 + index), text }));
}

/** The prompt for choices that G-LLaVA and the paper's evaluation use. */
export function choicePrompt({ question, choices }: { question: string; choices: readonly Choice[] }): string {
  const lines = choices.map(({ label, text }) => `${label}:${text}`);
  return `First perform reasoning, then finally select the answer from the choices in the following format: Answer: xxx.\nQuestion:${question}\nChoices:\n${lines.join("\n")}`;
}

/** The prompt for open answers: reasoning, then the answer in a box. */
export function openPrompt(question: string): string {
  return `Please reason step by step, and put your final answer within \\boxed{}.\nQuestion:${question}`;
}
