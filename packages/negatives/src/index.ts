export { maximumCaptionLength, ruleNegativesOfText, type NoNegativesReason, type TextNegatives } from "./text/rule-negatives-of-text.js";
export { maximumEdits, type TextNegative } from "./text/compose.js";
