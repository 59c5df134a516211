/** A problem as a source gives it: the program in three parts, as FormalGeo publishes them, and the question asked about it. */
export interface Problem {
  /** unique in its source, also a file name: `formalgeo-5763` */
  id: string;
  /** how the figure is put together: `Shape`, `Collinear`, `Cocircular` */
  construction: string[];
  /** what the text states */
  text: string[];
  /** what the picture marks: values written along segments, right-angle squares, arrows */
  image: string[];
  question: {
    text: string;
    choices: string[] | null;
    answer: string;
    /** `Value(LengthOfLine(BC))` */
    goal: string | null;
  } | null;
  source: string;
  licence: string | null;
}
