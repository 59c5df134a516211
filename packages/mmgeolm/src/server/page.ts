/** A page to try the model: drop a diagram, ask, see the answer arrive. One file, no network. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>MMGeoLM</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
  h1 { font-size: 1.3rem; }
  #drop { border: 2px dashed #999; border-radius: 8px; min-height: 10rem; display: grid; place-items: center; text-align: center; cursor: pointer; }
  #drop.over { border-color: #0a58ca; background: #eef4ff; }
  #view { position: relative; width: 20rem; height: 20rem; max-width: 90vw; }
  #view img { width: 100%; height: 100%; object-fit: contain; background: white; }
  #view canvas { position: absolute; inset: 0; width: 100%; height: 100%; opacity: .55; pointer-events: none; image-rendering: pixelated; }
  textarea { width: 100%; box-sizing: border-box; margin: 1rem 0; font: inherit; padding: .5rem; }
  button { font: inherit; padding: .4rem 1.2rem; }
  output { display: block; white-space: pre-wrap; margin-top: 1rem; min-height: 3rem; }
  .error { color: #b00020; }
</style>
<h1>MMGeoLM</h1>
<label id="drop" tabindex="0"><span>Drop a diagram here, or click to choose one</span><input id="file" type="file" accept="image/*" hidden></label>
<form id="form">
  <textarea id="question" rows="3" placeholder="How long is AB?" aria-label="Question" required></textarea>
  <button id="ask">Ask</button>
</form>
<output id="answer" aria-live="polite"></output>
<script>
  const element = (id) => document.getElementById(id);
  let picture = null;
  const show = (file) => {
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => {
      picture = reader.result;
      const view = document.createElement("div");
      view.id = "view";
      const image = new Image();
      image.alt = file.name;
      image.src = picture;
      view.append(image);
      element("drop").querySelector("span, #view").replaceWith(view);
    };
    reader.readAsDataURL(file);
  };
  // The picture is padded to a square for the model, as it is shown here; red marks the patches the answer
  // looked at more than at others.
  const mark = (patches) => {
    element("view")?.querySelector("canvas")?.remove();
    if (!patches || !element("view")) return;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = patches.side;
    const context = canvas.getContext("2d");
    const even = 1 / patches.values.length;
    patches.values.forEach((value, patch) => {
      context.fillStyle = "rgba(220, 30, 30, " + Math.min(1, Math.max(0, value / even - 1) / 2).toFixed(3) + ")";
      context.fillRect(patch % patches.side, Math.floor(patch / patches.side), 1, 1);
    });
    element("view").append(canvas);
  };
  element("file").onchange = (event) => show(event.target.files[0]);
  element("drop").ondragover = (event) => { event.preventDefault(); element("drop").classList.add("over"); };
  element("drop").ondragleave = () => element("drop").classList.remove("over");
  element("drop").ondrop = (event) => { event.preventDefault(); element("drop").classList.remove("over"); show(event.dataTransfer.files[0]); };
  element("form").onsubmit = async (event) => {
    event.preventDefault();
    const answer = element("answer");
    answer.textContent = "";
    answer.className = "";
    element("ask").disabled = true;
    mark(null);
    const text = { type: "text", text: element("question").value };
    const content = picture ? [{ type: "image_url", image_url: { url: picture } }, text] : [text];
    try {
      const response = await fetch("/v1/chat/completions", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ messages: [{ role: "user", content }], stream: true, temperature: 0, mmgeo: { patches: true } }) });
      if (!response.ok) throw new Error((await response.json()).error.message);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const events = (rest + part.value).split("\\n\\n");
        rest = events.pop();
        for (const line of events) {
          if (line === "data: [DONE]") continue;
          const data = JSON.parse(line.slice(6));
          if (data.error) throw new Error(data.error.message);
          if (data.mmgeo?.patches) mark(data.mmgeo.patches);
          answer.textContent += data.choices[0]?.delta.content ?? "";
        }
      }
    } catch (error) {
      answer.textContent = error.message;
      answer.className = "error";
    } finally {
      element("ask").disabled = false;
    }
  };
</script>
`;
