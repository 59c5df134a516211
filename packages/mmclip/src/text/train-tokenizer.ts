/** The special tokens of a tokenizer trained here; their ids are their places. Not 2 for the end of text: CLIP reads that id as its older convention. */
export const specialTokens = { padding: "<pad>", unknown: "<unk>", begin: "<s>", end: "</s>" } as const;
export const specialTokenIds = { padding: 0, unknown: 1, begin: 2, end: 3 } as const;

/** What continues a word, as in BERT's WordPiece. */
const CONTINUATION = "##";

/**
 * Splits off, each as a piece of its own, a capital letter that no small letter follows (a label: in `ABC` every letter is a
 * token, so the model can learn which letter sits where), a digit (so numbers the model never saw are made of parts it
 * knows), and a punctuation mark or symbol. What is left between them are words.
 */
const PIECE_PATTERN = String.raw`[A-Z](?![a-z])|[0-9]|\p{P}|\p{S}`;

/** `tokenizer.json` as Python's tokenizers and @huggingface/tokenizers read it. */
export interface TokenizerFile {
  version: "1.0";
  truncation: null;
  padding: null;
  added_tokens: { id: number; content: string; single_word: boolean; lstrip: boolean; rstrip: boolean; normalized: boolean; special: boolean }[];
  normalizer: { type: "NFC" };
  pre_tokenizer: { type: "Sequence"; pretokenizers: Record<string, unknown>[] };
  post_processor: Record<string, unknown>;
  decoder: Record<string, unknown>;
  model: { type: "WordPiece"; unk_token: string; continuing_subword_prefix: string; max_input_chars_per_word: number; vocab: Record<string, number> };
}

export interface TrainTokenizerOptions {
  /** Captions, in any order. */
  captions: Iterable<string>;
  /** The most words kept; the rarest are written as letters. @default 8000 */
  maximumWords?: number;
  /** Words seen less often are written as letters. @default 1 */
  minimumCount?: number;
  /** Whether a text starts with `<s>`, as CLIP's do. SigLIP's only end. @default true */
  begin?: boolean;
}

/** The pieces of one text before any vocabulary: labels letter by letter, numbers digit by digit, marks, words. */
export function piecesOf(text: string): string[] {
  const pattern = new RegExp(PIECE_PATTERN, "gu");
  return text
    .normalize("NFC")
    .split(/\s+/u)
    .flatMap((chunk) => {
      const pieces: string[] = [];
      let end = 0;
      for (const match of chunk.matchAll(pattern)) {
        if (match.index > end) pieces.push(chunk.slice(end, match.index));
        pieces.push(match[0]);
        end = match.index + match[0].length;
      }
      if (end < chunk.length) pieces.push(chunk.slice(end));
      return pieces;
    });
}

/**
 * A word-level tokenizer made from captions: one token a word, a label letter, a digit or a mark. A word it never saw is
 * spelled letter by letter, so no caption becomes unknown.
 */
export function trainTokenizer({ captions, maximumWords = 8000, minimumCount = 1, begin = true }: TrainTokenizerOptions): TokenizerFile {
  const counts = new Map<string, number>();
  for (const caption of captions) for (const piece of piecesOf(caption)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const characters = new Set<string>();
  for (let code = 0x21; code < 0x7f; code++) characters.add(String.fromCodePoint(code));
  for (const piece of counts.keys()) for (const character of piece) characters.add(character);
  const words = [...counts]
    .filter(([word, count]) => count >= minimumCount && [...word].length > 1)
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || (left < right ? -1 : 1))
    .slice(0, maximumWords)
    .map(([word]) => word);
  const letters = [...characters].sort();
  const tokens = [...Object.values(specialTokens), ...letters, ...letters.map((letter) => CONTINUATION + letter), ...words];
  const vocab: Record<string, number> = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const template = (sequence: "A" | "B") => ({ Sequence: { id: sequence, type_id: 0 } });
  const frame = (sequences: Record<string, unknown>[]) => [...(begin ? [special(specialTokens.begin)] : []), ...sequences, special(specialTokens.end)];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: Object.values(specialTokens).map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, { type: "Split", pattern: { Regex: PIECE_PATTERN }, behavior: "Isolated", invert: false }],
    },
    post_processor: {
      type: "TemplateProcessing",
      single: frame([template("A")]),
      pair: frame([template("A"), template("B")]),
      special_tokens: Object.fromEntries([specialTokens.begin, specialTokens.end].map((token) => [token, { id: token, ids: [vocab[token]], tokens: [token] }])),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: { type: "WordPiece", unk_token: specialTokens.unknown, continuing_subword_prefix: CONTINUATION, max_input_chars_per_word: 100, vocab },
  };
}

/** `tokenizer_config.json` beside it, so that transformers' AutoTokenizer opens the folder. */
export function tokenizerConfig({ maximumTokens, begin = true }: { maximumTokens: number; begin?: boolean }): Record<string, unknown> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: maximumTokens,
    padding_side: "right",
    truncation_side: "right",
    clean_up_tokenization_spaces: false,
    pad_token: specialTokens.padding,
    unk_token: specialTokens.unknown,
    ...(begin ? { bos_token: specialTokens.begin } : {}),
    eos_token: specialTokens.end,
    model_input_names: ["input_ids", "attention_mask"],
  };
}
