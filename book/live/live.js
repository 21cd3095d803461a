/* Runs the cells of a page in the reader's browser. Nothing is loaded before a reader presses Run:
   then Python starts in a worker, from the scripts beside this one (make_live.py writes them). */
"use strict";

(() => {
  const page = JSON.parse(document.getElementById("csm-live").textContent);
  const home = new URL(".", document.currentScript.src);

  // -- The engine: one worker for the page ----------------------------------

  const parcels = {}; // as they came, to start again after Stop
  const waiting = new Map(); // runs, by number
  let worker = null;
  let runs = 0;
  let status = () => {}; // tells the reader of the cell that is running

  /** What a parcel holds: each letter of its text has 15 bits. */
  const take = (name, size, text) => {
    const bytes = new Uint8Array(size);
    let held = 0;
    let bits = 0;
    let at = 0;
    for (let i = 0; i < text.length; i++) {
      held = (held << 15) | (text.charCodeAt(i) - 0x3400);
      for (bits += 15; bits >= 8; ) bytes[at++] = held >> (bits -= 8); // those past its end are dropped
      held &= 0xff;
    }
    parcels[name] = bytes;
  };

  const load = async (name) => {
    if (name in parcels) return;
    await new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = new URL(`${name}.js`, home);
      script.onload = done;
      script.onerror = () => fail(new Error(`The file ${name}.js is missing from the folder “live” of this site.`));
      document.head.append(script);
    });
  };

  const unzipped = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).blob();
  };

  const heard = async ({ data }) => {
    if (data.status) status(data.status);
    else if (data.need) {
      await load(data.need);
      worker?.postMessage({ parcel: data.need, held: parcels[data.need] });
    } else if (data.id === undefined) stop(data.failed);
    else {
      const run = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.failed) run.fail(new Error(data.failed));
      else run.done(data.result);
    }
  };

  const start = async () => {
    if (worker) return;
    status("Loading Python …");
    await Promise.all(["engine", "python", "packages", "book"].map(load));
    const script = new Blob([await unzipped(parcels.engine)], { type: "text/javascript" });
    const address = URL.createObjectURL(script);
    worker = new Worker(address);
    worker.onmessage = heard;
    worker.onerror = (event) => stop(event.message);
    const { python, packages, book } = parcels;
    const settings = { HOME: "/home/pyodide", MPLBACKEND: "agg", ...page.settings };
    worker.postMessage({ start: { python, packages, book, settings } });
  };

  const send = (message) =>
    new Promise((done, fail) => {
      const id = ++runs;
      waiting.set(id, { done, fail });
      worker.postMessage({ ...message, id });
    });

  /** End the worker, and with it whatever runs and all that cells have made. */
  const stop = (why) => {
    worker?.terminate();
    worker = null;
    for (const cell of cells) cell.ran = false;
    for (const { fail } of waiting.values()) fail(new Error(why));
    waiting.clear();
  };

  // -- Cells -----------------------------------------------------------------

  const cells = [];
  let queue = Promise.resolve(); // one cell after another

  const made = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /** Show in a box what a run has given, behind what is there or in its place. */
  const fill = (box, { parts, error, feedback }, more = false) => {
    const shown = parts.map(({ kind, data }) => {
      if (kind === "html") return made("div", { className: "csm-live-html", innerHTML: data });
      if (kind === "image") return made("img", { alt: "The chart that this cell draws", src: `data:image/png;base64,${data}` });
      return made("pre", { textContent: data });
    });
    if (error) shown.push(made("pre", { className: feedback ? "csm-live-feedback" : "csm-live-error", textContent: error }));
    if (!more) box.replaceChildren();
    box.append(...shown);
    box.hidden = !box.hasChildNodes();
    box.querySelectorAll("pre, .csm-live-html").forEach((part) => {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; // else no key scrolls it
    });
  };

  /** Start, and put files of the reader's, pairs of path and bytes, in the place of earlier ones. */
  const put = async (files, tell) => {
    status = tell;
    await start();
    await send({ files });
  };

  const ask = (source) => send({ source, space: "own", folder: "/book", quiet: false });

  self.csmLive = { take, fill, stop, put, ask };

  class Cell {
    /** A cell of a notebook: `space` names it, `before` are the cells that must have run. */
    constructor(code, space, folder, before) {
      Object.assign(this, { code, space, folder, before, ran: false, original: code });
      cells.push(this);
    }

    /** Put the controls behind an element; the results go where the page has its own, or behind. */
    place(after, { label, output = null, pre = null }) {
      this.pre = pre;
      this.page = output; // the results that the page was built with
      const name = (text) => `${text}: ${label}`;
      const button = (text, press) => {
        const made_ = made("button", { type: "button", className: "csm-live-button" }, text);
        made_.append(made("span", { className: "csm-unseen" }, `: ${label}`));
        made_.addEventListener("click", press);
        return made_;
      };
      this.area = made("textarea", { className: "csm-live-code", spellcheck: false, value: this.code });
      this.area.setAttribute("aria-label", name("Code"));
      this.area.setAttribute("autocapitalize", "off");
      this.area.addEventListener("input", () => this.edited());
      this.area.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.run();
      });
      this.runs = button("Run", () => this.run());
      this.stops = button("Stop", () => stop("Stopped. What had been worked out is forgotten; Run starts again."));
      this.changes = button("Change the code", () => this.open());
      this.resets = button("Reset", () => this.reset());
      this.stops.hidden = this.resets.hidden = true;
      this.said = made("span", { className: "csm-live-status" });
      this.said.setAttribute("role", "status");
      this.results = made("div", { className: "csm-live-results", hidden: true });
      this.results.setAttribute("role", "region");
      this.results.setAttribute("aria-label", name("Result"));
      const bar = made("div", { className: "csm-live-bar" }, this.runs, this.stops, this.changes, this.resets, this.said);
      after.after(this.area, bar);
      (output ?? bar).after(this.results);
      if (pre) this.area.hidden = true;
      else this.changes.hidden = true;
      this.fit();
    }

    fit() {
      this.area.rows = Math.max(2, this.code.split("\n").length + 1);
    }

    open() {
      this.area.hidden = false;
      this.pre.hidden = this.changes.hidden = true;
      this.resets.hidden = false;
      this.area.focus();
    }

    edited() {
      this.code = this.area.value;
      this.ran = false;
      this.resets.hidden = false;
      this.fit();
    }

    reset() {
      this.code = this.area.value = this.original;
      this.ran = false;
      this.results.hidden = true;
      this.results.replaceChildren();
      if (this.page && !this.page.isConnected) this.results.before(this.page);
      if (this.pre) {
        this.area.hidden = true;
        this.pre.hidden = this.changes.hidden = false;
      }
      this.resets.hidden = true;
      this.said.textContent = "";
      this.fit();
      this.runs.focus();
    }

    run() {
      this.say("Waiting …");
      queue = queue.then(() => this.now());
      return queue;
    }

    say(text) {
      this.said.textContent = text;
    }

    async now() {
      status = (text) => this.say(text);
      this.runs.hidden = true;
      this.stops.hidden = false;
      if (document.activeElement === this.runs || document.activeElement === document.body) this.stops.focus();
      let told = "Done.";
      try {
        await start();
        const earlier = this.before.filter((cell) => !cell.ran);
        for (const [i, cell] of earlier.entries()) {
          this.say(`Running cell ${i + 1} of ${earlier.length} that come before …`);
          const { error } = await cell.sent(true);
          if (error) told = `Done, but a cell before this one failed: ${error}`;
        }
        this.say("Running …");
        const result = await this.sent(false);
        this.show(result);
        if (result.feedback) told = "Checked.";
        else if (result.error) told = "It stopped at an error.";
      } catch (error) {
        told = error.message;
      }
      const focused = document.activeElement === this.stops;
      this.stops.hidden = true;
      this.runs.hidden = false;
      if (focused) this.runs.focus();
      this.say(told);
    }

    async sent(quiet) {
      const { code: source, space, folder } = this;
      const result = await send({ source, space, folder, quiet });
      this.ran = true;
      return result;
    }

    show(result) {
      this.page?.remove(); // not hidden: ids would stand twice on the page
      fill(this.results, result);
      this.resets.hidden = false;
    }
  }

  const heading = (element) => {
    const found = element.closest("section")?.querySelector("h1, h2, h3");
    return found ? found.firstChild.textContent.trim() : "this cell";
  };

  const onPage = [...document.querySelectorAll("div.cell")].filter((cell) => cell.querySelector(".cell_input"));
  const chapter = [];
  for (const { code, shown } of page.cells) {
    const cell = new Cell(code, "page", "/book/notebooks", [...chapter]);
    chapter.push(cell);
    const element = shown && onPage.shift();
    if (!element || element.querySelector(".csm-exercise, .csm-quiz")) continue;
    const input = element.querySelector(".cell_input");
    cell.place(input, {
      label: heading(element),
      output: element.querySelector(".cell_output"),
      pre: input,
    });
    if (cell.results.parentElement.tagName === "DETAILS") element.append(cell.results);
  }

  const given = {}; // by lesson, the cell that its exercises start from
  for (const [key, { lesson, given: code, code: asked }] of Object.entries(page.exercises)) {
    const box = document.getElementById(`exercise-${key}`);
    const label = box.querySelector(".csm-exercise-title").textContent.trim();
    const after = box.querySelector(".csm-task");
    let last = after;
    if (!(lesson in given)) {
      const fold = made("details", { className: "csm-live-given" }, made("summary", {}, "What is given"));
      const start = made("p", {}, "These lines run first, in each exercise of this lesson.");
      fold.append(start);
      after.after(fold);
      given[lesson] = new Cell(code, lesson, "/book/notebooks", []);
      given[lesson].place(start, { label: "What is given" });
      last = fold;
    }
    new Cell(asked, lesson, "/book/notebooks", [given[lesson]]).place(last, { label });
  }
})();
