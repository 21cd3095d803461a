// The view of any items (csm_lib/view.py): of a table of all of them this shows the rows and the
// columns that are chosen, keeps the choice in the address, and has Vega draw the cells shown.

for (const view of document.querySelectorAll(".csm-explore")) {
  const form = view.querySelector("form");
  const chart = view.querySelector(".csm-drawn");
  const table = view.querySelector("table");
  const find = form.querySelector("[data-find]");
  const given = JSON.parse(chart.dataset.given);
  const names = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  const rows = [...table.tBodies[0].rows]; // in the order of the book
  const widest = 760; // of a picture, in pixels
  let shown = []; // the rows that are shown, in their order
  let columns = []; // the numbers of the columns that stand for years, or the change
  let drawn;

  // -- What is chosen -----------------------------------------------------------------------------

  const chosen = () => new URLSearchParams(new FormData(form)).toString();
  const untouched = chosen();

  // The address of a view that nobody has touched holds nothing.
  const address = () => (chosen() === untouched ? "" : chosen());

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1) || untouched);
    if (!state.has("show")) return; // leads to another place on the page
    for (const box of form.querySelectorAll("[name=item]"))
      box.checked = state.getAll("item").includes(box.value);
    for (const radio of form.querySelectorAll("[name=show]"))
      radio.checked ||= radio.value === state.get("show");
    const { sort, reverse } = form.elements;
    sort.value = state.get("sort");
    sort.selectedIndex = Math.max(0, sort.selectedIndex); // of a column that there is
    reverse.checked = state.has("reverse");
    show();
  }

  // -- The table ----------------------------------------------------------------------------------

  const isNumber = (n) => rows.some((row) => row.cells[n].dataset.number);

  function sorted(wanted) {
    const place = names.indexOf(form.elements.sort.value);
    const other = form.elements.reverse.checked;
    if (place < 0) return other ? wanted.reverse() : wanted;
    const value = (row) => Number(row.cells[place].dataset.number ?? NaN);
    const words = (row) => row.cells[place].textContent;
    const order = isNumber(place)
      ? (a, b) => value(b) - value(a)
      : (a, b) => words(a).localeCompare(words(b), "en");
    const known = wanted.filter((row) => !isNumber(place) || !Number.isNaN(value(row)));
    const rest = wanted.filter((row) => !known.includes(row)); // come last, whichever way round
    return [...known.sort((a, b) => (other ? order(b, a) : order(a, b))), ...rest];
  }

  function show() {
    const items = new FormData(form).getAll("item");
    const radio = form.querySelector("[name=show]:checked");
    const wanted = JSON.parse(radio.dataset.columns);
    columns = [...names.keys()].filter((n) => wanted.includes(names[n]));
    shown = sorted(rows.filter((row) => items.includes(row.dataset.item)));
    for (const row of [table.tHead.rows[0], ...rows])
      for (let n = 2; n < names.length - 1; n++) row.cells[n].hidden = !columns.includes(n);
    for (const row of rows) {
      row.hidden = !shown.includes(row);
      const statuses = columns.map((n) => row.cells[n].dataset.status);
      const firm = statuses.filter((status) => !status.startsWith("not "));
      row.cells[names.length - 1].textContent = [...new Set(firm.length ? firm : statuses)].join(", ");
    }
    table.tBodies[0].append(...shown);
    const sort = form.elements.sort;
    [...table.tHead.rows[0].cells].forEach((head, n) => {
      const up = isNumber(n) === form.elements.reverse.checked;
      if (names[n] === sort.value) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    const reverse = form.elements.reverse;
    const said = {
      count: items.length,
      show: radio.value.toLowerCase(),
      sort: sort.selectedOptions[0].textContent.toLowerCase(),
      reverse: reverse.checked ? `, ${reverse.labels[0].textContent.toLowerCase()}` : "",
    };
    for (const part of view.querySelectorAll("[data-said]")) part.textContent = said[part.dataset.said];
    for (const button of view.querySelectorAll("[data-save]")) button.disabled = !shown.length;
    draw();
  }

  // -- The chart ----------------------------------------------------------------------------------

  const cells = (some) =>
    shown.flatMap((row, order) =>
      some.map((n) => {
        const { number } = row.cells[n].dataset;
        return {
          label: row.cells[0].textContent,
          order,
          column: names[n],
          told: row.cells[n].textContent,
          [names[n] === "Change" ? "change" : "share"]: number && Number(number),
        };
      })
    );

  // A Vega view of the cells shown; in the colours of the page, or in those for white paper.
  function vegaView(width, title, paper = false) {
    const style = getComputedStyle(document.documentElement);
    const change = names[columns.at(-1)] === "Change";
    const colour = (_, role, light) => (paper ? light : style.getPropertyValue(role).trim() || light);
    const spec = JSON.stringify(given.drawn[Number(change)]);
    const coloured = JSON.parse(spec.replace(/var\((--[\w-]+),(#\w+)\)/g, colour));
    const narrow = width < 500; // no room for the years beside a change
    const some = narrow && change ? columns.slice(-1) : columns;
    const letters = narrow ? 18 : 26; // in a line of a label
    const longest = Math.max(...shown.map((row) => row.cells[0].textContent.length));
    const step = Math.max(36, 14 * Math.ceil(longest / (0.8 * letters)) + 6); // between two rows
    // The interpreter does without eval, which a host may forbid.
    return new vega.View(vega.parse(coloured, null, { ast: true }), {
      expr: vega.expressionInterpreter,
      renderer: "svg",
    })
      .signal("title", title)
      .signal("letters", letters)
      .signal("concat_0_width", Math.max(60, width - 6.5 * letters - 66 * some.length - 40))
      .signal("concat_0_y_step", step)
      .signal("concat_1_y_step", step)
      .data("cells", cells(some));
  }

  function draw() {
    drawn?.finalize();
    chart.hidden = !shown.length;
    if (shown.length) drawn = vegaView(Math.min(chart.clientWidth, widest), "").initialize(chart).run();
  }

  // -- What is taken away -------------------------------------------------------------------------

  function csv() {
    const many = names.length - 3;
    const lines = shown.flatMap((row) =>
      columns.map((n) => `${given.csv[1 + rows.indexOf(row) * many + n - 2]},${given.source[1]}\n`)
    );
    return [`${given.csv[0]},${given.source[0]}\n`, ...lines].join("");
  }

  async function picture(kind) {
    const text = (place) => view.querySelector(place).textContent.replace(/\s+/g, " ").trim();
    const label = view.querySelector(".csm-caveat")?.textContent ?? [];
    const source = text("[data-source]").match(/.{1,100}(?: |$)/g);
    const made = await vegaView(widest, [text(".csm-said")].concat(label, source), true).runAsync();
    if (kind === "svg") return new Blob([await made.toSVG()], { type: "image/svg+xml" });
    const canvas = await made.toCanvas(2);
    return new Promise((done) => canvas.toBlob(done));
  }

  async function save(kind) {
    const blob = kind === "csv" ? new Blob([csv()], { type: "text/csv" }) : await picture(kind);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `explore.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // -- The controls -------------------------------------------------------------------------------

  // List the items whose name, or whose section's, has what is looked for.
  function list() {
    const wanted = find.value.trim().toLowerCase();
    for (const section of form.querySelectorAll(".csm-items fieldset")) {
      const all = section.querySelector("legend").textContent.toLowerCase().includes(wanted);
      const labels = [...section.querySelectorAll("label")];
      for (const label of labels)
        label.hidden = !all && !label.textContent.toLowerCase().includes(wanted);
      section.hidden = labels.every((label) => label.hidden);
    }
  }

  // The view follows at once: an address set by location.hash would tell of it later.
  function changed() {
    if (location.hash.slice(1) !== address()) history.pushState(null, "", `#${address()}`);
    show();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => event.target !== find && changed());
  find.addEventListener("input", list);
  for (const button of form.querySelectorAll("[data-choose]"))
    button.addEventListener("click", () => {
      for (const box of form.querySelectorAll("[name=item]"))
        box.checked = button.dataset.choose ? box.checked || !box.parentElement.hidden : false;
      changed();
    });
  for (const button of view.querySelectorAll("[data-save]"))
    button.addEventListener("click", () => save(button.dataset.save));
  window.addEventListener("hashchange", restore);

  view.querySelector(".csm-unswitched").hidden = true;
  for (const part of view.querySelectorAll("form, .csm-said, .csm-save, .csm-drawn")) part.hidden = false;
  restore();
  new ResizeObserver(draw).observe(view);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
