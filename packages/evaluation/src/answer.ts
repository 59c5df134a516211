/** What a model is asked. */
export interface AnswerRequest {
  /** the path of an image file, its bytes, or null for a question without a picture */
  image: string | Uint8Array | null;
  prompt: string;
}

/** A model, as far as this package knows one: a picture and a prompt go in, text comes out. */
export type Answer = (request: AnswerRequest) => Promise<string>;
