// Long tables (csm_lib/templates/table.html) that can be searched, filtered and sorted. What is
// chosen stands in the address, as ?key.column=value#finding-key. Without this script they are
// plain tables.
{
  const MOST_OPTIONS = 12; // a column of more values than these is searched, not chosen from
  const FEWEST_ROWS = 3; // and so is one whose values stand in fewer rows than these each
  const LONGEST_OPTION = 40; // characters
  const SHORT = 20; // words of fewer stay on one line where there is room
  const SENTENCE = 100; // a column of such long texts has room of its own
  const NOTHING = /^[–-]?$/;
  const { compare } = new Intl.Collator("en-GB", { numeric: true });

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // The number that a text begins with: "63% (46 of 73)", "−5%", "<0.0001".
  const number = (text) => parseFloat(text.replace("−", "-").replace(/^[<+]|,(?=\d{3})/g, ""));

  // Texts in the order of a column: of numbers, if all are; what says nothing comes last.
  const order = (texts) => {
    const numbers = texts.every((text) => NOTHING.test(text) || !isNaN(number(text)));
    return (one, other) => {
      if (NOTHING.test(one) || NOTHING.test(other)) return NOTHING.test(one) - NOTHING.test(other);
      return (numbers && number(one) - number(other)) || compare(one, other);
    };
  };

  const enhance = (box, at) => {
    const table = box.querySelector("table");
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => head.textContent);
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
    const whole = texts.map((cells) => cells.join("\n").toLowerCase());
    const columns = names.map((_, column) => texts.map((cells) => cells[column]));
    const key = (box.closest("figure[id]")?.id ?? `table-${at}`).replace("finding-", "");

    // -- Controls ------------------------------------------------------------

    const field = (name, control) => element("label", {}, element("span", {}, name), control);
    const search = element("input", { type: "search", autocomplete: "off" });
    const fields = [field("search", search)];
    const controls = { q: search }; // by what they are called in the address
    const chosen = new Map(); // the controls that choose a value of a column
    names.forEach((name, column) => {
      const values = [...new Set(columns[column])].sort(order(columns[column]));
      if (values.length < 2 || values.length > MOST_OPTIONS) return;
      if (values.length * FEWEST_ROWS > rows.length) return;
      if (values.some((value) => value.length > LONGEST_OPTION)) return;
      const options = values.map((value) => new Option(value || "–", value));
      const select = element("select", { autocomplete: "off" }, new Option("all", "*"), ...options);
      controls[name] = select;
      chosen.set(column, select);
      fields.push(field(name, select));
    });
    columns.forEach((cells, column) => {
      const longest = Math.max(...cells.map((text) => text.length));
      const width = longest > SENTENCE ? "csm-wide" : chosen.has(column) && longest < SHORT && "csm-short";
      if (width) for (const row of rows) row.cells[column].classList.add(width);
    });
    const reset = element("button", { type: "button", hidden: true }, "Show all rows");
    const said = element("p", { role: "status" });
    const tools = element("div", { className: "csm-tools", role: "group" }, ...fields, said, reset);
    tools.setAttribute("aria-label", `Filter: ${table.caption?.textContent ?? "table"}`);
    box.before(tools);
    box.classList.add("csm-tabled");

    // -- What they do ----------------------------------------------------------

    const sorted = { column: -1, down: false };
    const is = (control) => control.value !== (control === search ? "" : "*");

    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/);
      let shown = 0;
      rows.forEach((row, n) => {
        row.hidden = !(
          words.every((word) => whole[n].includes(word)) &&
          [...chosen].every(([column, { value }]) => value === "*" || value === texts[n][column])
        );
        shown += !row.hidden;
      });
      reset.hidden = !Object.values(controls).some(is);
      said.textContent = shown < rows.length ? `${shown} of ${rows.length} rows` : `${shown} rows`;
    };

    const sort = () => {
      const { column, down } = sorted;
      const inOrder = column < 0 ? () => 0 : order(columns[column]);
      const turn = down ? -1 : 1;
      const places = rows.map((_, n) => n).sort((one, other) => {
        const [a, b] = [texts[one][column], texts[other][column]];
        // what says nothing comes last either way
        return inOrder(a, b) * (NOTHING.test(a ?? "") || NOTHING.test(b ?? "") ? 1 : turn);
      });
      table.tBodies[0].append(...places.map((n) => rows[n]));
      heads.forEach((head, at) => {
        if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
    };

    const remember = () => {
      const address = new URL(location.href);
      const keep = (name, value) => {
        if (value) address.searchParams.set(`${key}.${name}`, value);
        else address.searchParams.delete(`${key}.${name}`);
      };
      for (const [name, control] of Object.entries(controls)) keep(name, is(control) && control.value);
      keep("sort", sorted.column >= 0 && (sorted.down ? "-" : "") + names[sorted.column]);
      history.replaceState(null, "", address);
    };

    const recall = () => {
      const asked = new URLSearchParams(location.search);
      for (const [name, control] of Object.entries(controls)) {
        control.value = asked.get(`${key}.${name}`) ?? (control === search ? "" : "*");
        if (control.selectedIndex === -1) control.value = "*"; // no such value
      }
      const by = asked.get(`${key}.sort`) ?? "";
      sorted.down = by.startsWith("-");
      sorted.column = names.indexOf(by.replace(/^-/, ""));
      sort();
      filter();
    };

    heads.forEach((head, column) => {
      const button = element("button", { type: "button" }, names[column]);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        sorted.down = sorted.column === column && !sorted.down;
        sorted.column = column;
        sort();
        remember();
      });
    });
    tools.addEventListener("input", () => {
      filter();
      remember();
    });
    reset.addEventListener("click", () => {
      for (const control of Object.values(controls)) control.value = control === search ? "" : "*";
      filter();
      remember();
      search.focus();
    });
    window.addEventListener("pageshow", recall); // a browser may have kept what was typed
    recall();
  };

  document.querySelectorAll(".csm-long").forEach(enhance);
  // what stands above the goal of the address has changed its height
  if (location.search && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
