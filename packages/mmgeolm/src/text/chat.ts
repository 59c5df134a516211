import { Template } from "@huggingface/jinja";
import { InputError } from "@mmgeo/dataset";

/** One turn of a conversation. `<image>` in the text marks where a picture stands. */
export interface Message {
  role: "system" | "user" | "assistant";
  text: string;
}

/** What stands for a picture in a text, as in LLaVA's data. */
export const imagePlaceholder = "<image>";

/** ChatML, the layout of Qwen's models (`qwen_1_5` in the paper's scripts), with pictures before the text. */
export const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** LLaVA 1.5's layout, for checkpoints that carry no template. */
const plainTemplate =
  "{% for message in messages %}{% if message['role'] == 'user' %}USER: {{ message['content'] }} {% elif message['role'] == 'assistant' %}ASSISTANT: {{ message['content'] }}{{ eos_token }}{% else %}{{ message['content'] }} {% endif %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}";

/** Renders conversations by a checkpoint's chat template. */
export interface ChatFormat {
  /** the template in Jinja, or null where the checkpoint has none and LLaVA 1.5's layout is used */
  template: string | null;
  /** @param generate ends with the words after which the model answers */
  render(messages: readonly Message[], options: { generate: boolean }): string;
}

/** @throws InputError when the template is not valid Jinja */
export function chatFormat({ template, specialTokens = {}, file }: { template: string | null; specialTokens?: Record<string, string>; file: string }): ChatFormat {
  let compiled: Template;
  try {
    compiled = new Template(template ?? plainTemplate);
  } catch (error) {
    throw new InputError({ message: `the chat template is not valid Jinja (${error instanceof Error ? error.message.split("\n")[0] : String(error)})`, file, field: "chat_template", cause: error });
  }
  // Templates of multimodal checkpoints read a list of parts; those of text models read a string.
  const takesParts = template !== null && /image/.test(template) && /type/.test(template);
  return {
    template,
    render(messages, { generate }) {
      const given = messages.map(({ role, text }) => ({ role, content: takesParts ? partsOf(text) : text }));
      try {
        return compiled.render({ messages: given, add_generation_prompt: generate, bos_token: "", eos_token: "", ...specialTokens });
      } catch (error) {
        throw new InputError({ message: `the chat template refuses the conversation: ${error instanceof Error ? error.message : String(error)}`, file, field: "chat_template", cause: error });
      }
    },
  };
}

function partsOf(text: string): ({ type: "image" } | { type: "text"; text: string })[] | string {
  if (!text.includes(imagePlaceholder)) return text;
  return text.split(imagePlaceholder).flatMap((piece, index) => {
    const words = index === 0 ? piece : piece.replace(/^\n/, "");
    const part = words === "" ? [] : [{ type: "text" as const, text: words }];
    return index === 0 ? part : [{ type: "image" as const }, ...part];
  });
}
