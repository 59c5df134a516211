/** Little words that stand in nearly every English sentence, and the commonest of geometry. */
const english = new Set(
  "the is are of and in with to at that which by has have from an as on its it this where such be if then given shown shows measures equals lies point points line lines length side sides angle angles find what each both two three into forms figure diagram for than between through all triangle circle square rectangle trapezoid parallelogram quadrilateral parallel perpendicular radius diameter chord height width base isosceles right segment inscribed tangent midpoint area perimeter".split(" "),
);
/** The same of languages that share words such as triangle, rectangle or angle with English: French, German, Spanish, Portuguese, Italian, Dutch. */
const foreign = new Set(
  "le les est une des du et en un dans avec sur aux qui sont der das ist und ein eine mit von dem den im sind wird el los las es una del con por que la al il di gli della sono um uma do da os são é het een van zijn op".split(" "),
);
const word = /\p{L}+/gu;
const latinLetters = /[A-Za-z]/g;
const otherLetters = /[^\P{L}\p{Script=Latin}\p{Script=Greek}]|\p{Script=Greek}{3,}/gu;
/** With fewer words nothing can be said of the language: "AB=5, AB∥CD". */
const fewestWords = 4;
/** The share of words in an English sentence about a figure that are known here is above this. */
const leastKnown = 0.12;

/** Whether a caption is in English, by its letters and its little words; formulas alone count as English. */
export function isEnglish(caption: string): boolean {
  const latin = caption.match(latinLetters)?.length ?? 0;
  const other = (caption.match(otherLetters) ?? []).reduce((sum, letters) => sum + letters.length, 0);
  if (other > 0 && other * 4 > latin) return false;
  let [words, known, strange] = [0, 0, 0];
  for (const [found] of caption.matchAll(word)) {
    // Labels and symbols are no words of any language.
    if (found.length < 2 || found === found.toUpperCase()) continue;
    words += 1;
    const lower = found.toLowerCase();
    if (english.has(lower)) known += 1;
    else if (foreign.has(lower)) strange += 1;
  }
  if (words < fewestWords) return strange < 2;
  return strange <= known && known >= leastKnown * words;
}
