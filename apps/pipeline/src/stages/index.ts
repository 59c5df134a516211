import type { Stage } from "../stage.js";
import { answersStage } from "./answers.js";
import { datasetStage } from "./dataset.js";
import { diagramsStage } from "./diagrams.js";
import { encoderScoresStage } from "./encoder-scores.js";
import { encoderStage } from "./encoder.js";
import { languageModelStage } from "./language-model.js";
import { problemsStage } from "./problems.js";

/** The stages of a run, in order. */
export const stages: Stage[] = [problemsStage, diagramsStage, datasetStage, encoderStage, encoderScoresStage, languageModelStage, answersStage];
