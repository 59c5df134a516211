/** The tokens that a tokenizer made here reserves, in the order of their ids; the names are Qwen's, whose chat layout (ChatML) the paper uses. */
export const reservedTokens = { end: "<|endoftext|>", turnStart: "<|im_start|>", turnEnd: "<|im_end|>", image: "<image>" } as const;

/**
 * How text is cut before merging: a digit, a capital or a symbol is always a token of its own, for labels (`ABC`) and values
 * (`12.5`) are read off a diagram sign by sign; only words in small letters merge, with the space before them.
 */
const splitPattern = "\\d| ?\\p{Lu}?\\p{Ll}+|\\p{L}| ?[^\\s\\p{L}\\p{N}]|\\p{N}|\\s";

/** The 256 bytes as the printable characters that GPT-2's byte-level vocabulary gives them. */
export const byteCharacters: readonly string[] = (() => {
  let next = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : 256 + next++);
  });
})();

/** The two JSON files from which @huggingface/tokenizers and Python's tokenizers build the same tokenizer. */
export interface TokenizerFiles {
  tokenizer: Record<string, unknown>;
  config: Record<string, unknown>;
}

/**
 * Learns a byte-level BPE vocabulary (Sennrich et al. 2016) from texts: every string can be encoded, frequent words become one token.
 * The same texts give the same vocabulary.
 *
 * @param vocabularySize the most tokens to make, at least 260: 256 bytes and the reserved tokens; fewer are made when nothing repeats
 */
export function trainTokenizer({ texts, vocabularySize, chatTemplate }: { texts: Iterable<string>; vocabularySize: number; chatTemplate: string }): TokenizerFiles {
  const reserved = Object.values(reservedTokens);
  if (vocabularySize < 256 + reserved.length) throw new RangeError(`a byte-level vocabulary needs at least ${256 + reserved.length} tokens, not ${vocabularySize}`);
  const words = countWords(texts);
  const merges = learnMerges(words, vocabularySize - 256 - reserved.length);
  const tokens = [...reserved, ...byteCharacters, ...merges.map(([left, right]) => left + right)];
  const vocab: Record<string, number> = {};
  for (const token of tokens) vocab[token] ??= Object.keys(vocab).length;
  const addedTokens = reserved.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: addedTokens,
      normalizer: null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: splitPattern }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges: merges.map(([left, right]) => `${left} ${right}`) },
    },
    config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      clean_up_tokenization_spaces: false,
      eos_token: reservedTokens.turnEnd,
      pad_token: reservedTokens.end,
      model_max_length: 1_000_000,
      added_tokens_decoder: Object.fromEntries(addedTokens.map(({ id, ...token }) => [String(id), token])),
      chat_template: chatTemplate,
    },
  };
}

function countWords(texts: Iterable<string>): Map<string, { symbols: string[]; count: number }> {
  const pattern = new RegExp(splitPattern, "gu");
  const reserved = new RegExp(Object.values(reservedTokens).map((token) => token.replaceAll("|", "\\|")).join("|"), "u");
  const encoder = new TextEncoder();
  const words = new Map<string, { symbols: string[]; count: number }>();
  for (const text of texts) {
    for (const piece of text.split(reserved)) {
      for (const [word] of piece.matchAll(pattern)) {
        const known = words.get(word);
        if (known === undefined) words.set(word, { symbols: Array.from(encoder.encode(word), (byte) => byteCharacters[byte] as string), count: 1 });
        else known.count += 1;
      }
    }
  }
  return words;
}

/** Merges the most frequent neighbours again and again; of equally frequent ones the first in code-unit order. */
function learnMerges(words: Map<string, { symbols: string[]; count: number }>, limit: number): [string, string][] {
  const merges: [string, string][] = [];
  while (merges.length < limit) {
    const counts = new Map<string, number>();
    for (const { symbols, count } of words.values()) {
      for (let at = 0; at + 1 < symbols.length; at += 1) {
        const pair = `${symbols[at]} ${symbols[at + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    }
    let best: string | null = null;
    let bestCount = 1;
    for (const [pair, count] of counts) {
      if (count > bestCount || (count === bestCount && best !== null && pair < best)) {
        best = pair;
        bestCount = count;
      }
    }
    if (best === null) break;
    const [left, right] = best.split(" ") as [string, string];
    merges.push([left, right]);
    for (const word of words.values()) word.symbols = merged(word.symbols, left, right);
  }
  return merges;
}

function merged(symbols: string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let at = 0; at < symbols.length; at += 1) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      result.push(left + right);
      at += 1;
    } else result.push(symbols[at] as string);
  }
  return result;
}
